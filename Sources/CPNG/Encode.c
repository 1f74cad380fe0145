#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "Messages.h"

typedef struct {
    png_structp png;
    png_infop info;
    png_textp texts;
} session;

static void append_bytes(png_structp png, png_bytep bytes, size_t count) {
    cpng_file *file = png_get_io_ptr(png);
    if (count > SIZE_MAX - file->count) png_error(png, "the file would be too long");
    if (file->count + count > file->capacity) {
        size_t capacity = file->capacity < 65536 ? 65536 : file->capacity;
        while (capacity < file->count + count) capacity *= 2;
        uint8_t *grown = realloc(file->bytes, capacity);
        if (grown == NULL) png_error(png, "not enough memory for the file");
        file->bytes = grown;
        file->capacity = capacity;
    }
    memcpy(file->bytes + file->count, bytes, count);
    file->count += count;
}

static void nothing_to_flush(png_structp png) { (void)png; }

static void set_texts(session *session, const cpng_text *texts, int count) {
    if (count == 0) return;
    session->texts = calloc((size_t)count, sizeof *session->texts);
    if (session->texts == NULL) png_error(session->png, "not enough memory for the texts");
    for (int index = 0; index < count; index++) {
        session->texts[index].compression = texts[index].is_ascii ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
        session->texts[index].key = (png_charp)texts[index].key;
        session->texts[index].text = (png_charp)texts[index].value;
    }
    png_set_text(session->png, session->info, session->texts, count);
}

static int is_little_endian(void) {
    const uint16_t one = 1;
    return *(const uint8_t *)&one == 1;
}

static int run(session *session, const uint8_t *samples, uint32_t width, uint32_t height, int channels, int bit_depth,
               const cpng_text *texts, int text_count, cpng_file *file) {
    if (setjmp(png_jmpbuf(session->png))) return -1;
    png_set_write_fn(session->png, file, append_bytes, nothing_to_flush);
    /* Next to libpng's choice among five filters at level 2, the difference to the row above at level 1 takes half the
       time for files of the same length; higher levels take a multiple of it, and noisy pictures barely shrink. */
    png_set_compression_level(session->png, 1);
    png_set_filter(session->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_set_IHDR(session->png, session->info, width, height, bit_depth,
                 channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    set_texts(session, texts, text_count);
    png_write_info(session->png, session->info);
    if (bit_depth == 16 && is_little_endian()) png_set_swap(session->png);
    size_t row_bytes = (size_t)width * (size_t)channels * (size_t)(bit_depth / 8);
    for (uint32_t row = 0; row < height; row++) png_write_row(session->png, samples + row * row_bytes);
    png_write_end(session->png, session->info);
    return 0;
}

int cpng_encode(const void *samples, uint32_t width, uint32_t height, int channels, int bit_depth,
                const cpng_text *texts, int text_count, cpng_file *file) {
    memset(file, 0, sizeof *file);
    session session = {0};
    int status = -1;
    session.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &file->messages, cpng_on_error, cpng_on_warning);
    if (session.png != NULL) session.info = png_create_info_struct(session.png);
    if (session.info != NULL)
        status = run(&session, samples, width, height, channels, bit_depth, texts, text_count, file);
    if (status != 0 && file->messages.error[0] == 0) strcpy(file->messages.error, "libpng could not start");
    if (session.png != NULL) png_destroy_write_struct(&session.png, &session.info);
    free(session.texts);
    return status;
}

void cpng_file_free(cpng_file *file) {
    free(file->bytes);
    file->bytes = NULL;
}
