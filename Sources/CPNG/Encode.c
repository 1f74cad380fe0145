#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "Messages.h"

struct cpng_writer {
    png_structp png;
    png_infop info;
    uint32_t width, height;
    int channels, bit_depth, has_palette;
    uint8_t *bytes;     /* made and not taken yet */
    size_t count, capacity;
    cpng_messages messages;
};

static void append_bytes(png_structp png, png_bytep bytes, size_t count) {
    cpng_writer *writer = png_get_io_ptr(png);
    if (count > SIZE_MAX / 4 - writer->count) png_error(png, "the rows are too long");
    if (writer->count + count > writer->capacity) {
        size_t capacity = writer->capacity < 65536 ? 65536 : writer->capacity;
        while (capacity < writer->count + count) capacity *= 2;
        uint8_t *grown = realloc(writer->bytes, capacity);
        if (grown == NULL) png_error(png, "not enough memory for the file");
        writer->bytes = grown;
        writer->capacity = capacity;
    }
    memcpy(writer->bytes + writer->count, bytes, count);
    writer->count += count;
}

static void nothing_to_flush(png_structp png) { (void)png; }

/* libpng copies what it is given. */
static void set_text(cpng_writer *writer, const cpng_text *text) {
    png_text entry = {0};
    entry.compression = text->is_ascii ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
    entry.key = (png_charp)text->key;
    entry.text = (png_charp)text->value;
    png_set_text(writer->png, writer->info, &entry, 1);
}

static int is_little_endian(void) {
    const uint16_t one = 1;
    return *(const uint8_t *)&one == 1;
}

cpng_writer *cpng_writer_open(uint32_t width, uint32_t height, int channels, int bit_depth) {
    cpng_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) return NULL;
    writer->width = width;
    writer->height = height;
    writer->channels = channels;
    writer->bit_depth = bit_depth;
    writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer->messages, cpng_on_error, cpng_on_warning);
    if (writer->png != NULL) writer->info = png_create_info_struct(writer->png);
    if (writer->info == NULL) {
        cpng_writer_close(writer);
        return NULL;
    }
    return writer;
}

int cpng_writer_set_palette(cpng_writer *writer, const uint8_t *colours) {
    if (setjmp(png_jmpbuf(writer->png))) return -1;
    png_color palette[PNG_MAX_PALETTE_LENGTH];
    for (int index = 0; index < PNG_MAX_PALETTE_LENGTH; index++, colours += 3)
        palette[index] = (png_color){colours[0], colours[1], colours[2]};
    png_set_PLTE(writer->png, writer->info, palette, PNG_MAX_PALETTE_LENGTH);
    writer->has_palette = 1;
    return 0;
}

int cpng_writer_start(cpng_writer *writer, const cpng_text *texts, int text_count) {
    if (setjmp(png_jmpbuf(writer->png))) return -1;
    png_set_write_fn(writer->png, writer, append_bytes, nothing_to_flush);
    /* Next to libpng's choice among five filters at level 2, the difference to the row above at level 1 takes half the
       time for files of the same length; higher levels take a multiple of it, and noisy pictures barely shrink. */
    png_set_compression_level(writer->png, 1);
    png_set_filter(writer->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_set_IHDR(writer->png, writer->info, writer->width, writer->height, writer->bit_depth,
                 writer->has_palette     ? PNG_COLOR_TYPE_PALETTE
                 : writer->channels == 3 ? PNG_COLOR_TYPE_RGB
                                         : PNG_COLOR_TYPE_GRAY,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    for (int index = 0; index < text_count; index++) set_text(writer, &texts[index]);
    png_write_info(writer->png, writer->info);
    if (writer->bit_depth == 16 && is_little_endian()) png_set_swap(writer->png);
    return 0;
}

int cpng_write_rows(cpng_writer *writer, const void *samples, uint32_t rows) {
    if (setjmp(png_jmpbuf(writer->png))) return -1;
    size_t row_bytes = (size_t)writer->width * (size_t)writer->channels * (size_t)(writer->bit_depth / 8);
    for (uint32_t row = 0; row < rows; row++) png_write_row(writer->png, (const uint8_t *)samples + row * row_bytes);
    return 0;
}

int cpng_writer_finish(cpng_writer *writer) {
    if (setjmp(png_jmpbuf(writer->png))) return -1;
    png_write_end(writer->png, writer->info);
    return 0;
}

const uint8_t *cpng_take_bytes(cpng_writer *writer, size_t *count) {
    *count = writer->count;
    writer->count = 0;
    return writer->bytes;
}

cpng_messages cpng_writer_messages(const cpng_writer *writer) { return writer->messages; }

void cpng_writer_close(cpng_writer *writer) {
    if (writer->png != NULL) png_destroy_write_struct(&writer->png, &writer->info);
    free(writer->bytes);
    free(writer);
}
