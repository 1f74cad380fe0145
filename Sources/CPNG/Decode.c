#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "Messages.h"

typedef struct {
    const uint8_t *bytes;
    size_t count, position;
} source;

struct cpng_reader {
    png_structp png;
    png_infop info;
    source input;
    cpng_limits limits;
    cpng_kind kind;
};

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    source *input = png_get_io_ptr(png);
    if (count > input->count - input->position) png_error(png, "the file ends too early");
    memcpy(target, input->bytes + input->position, count);
    input->position += count;
}

static void set_limits(png_structp png, cpng_limits limits) {
    png_set_user_limits(png, limits.width, limits.height);
    png_set_chunk_malloc_max(png, limits.chunk_bytes);
    png_set_chunk_cache_max(png, limits.cached_chunks);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
    /* Short reads of pixel data, so that of a file cut short all but the last bytes are decoded. */
    png_set_compression_buffer_size(png, 1024);
    /* Nothing but PLTE, tRNS and IDAT decides about the pixels: no other chunk is parsed or inflated. */
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
}

static void copy_palette(cpng_reader *reader) {
    png_colorp colours = NULL;
    png_bytep alphas = NULL;
    int count = 0, alpha_count = 0;
    if (!png_get_PLTE(reader->png, reader->info, &colours, &count) || count <= 0)
        png_error(reader->png, "the palette is missing");
    png_get_tRNS(reader->png, reader->info, &alphas, &alpha_count, NULL);
    for (int entry = 0; entry < count && entry < 256; entry++) {
        reader->kind.palette[entry][0] = colours[entry].red;
        reader->kind.palette[entry][1] = colours[entry].green;
        reader->kind.palette[entry][2] = colours[entry].blue;
        reader->kind.palette[entry][3] = alphas != NULL && entry < alpha_count ? alphas[entry] : 255;
    }
    reader->kind.palette_count = count;
}

/* 8 bits a channel, transparency as a channel. */
static void ask_for_bytes(cpng_reader *reader) {
    if (png_get_valid(reader->png, reader->info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(reader->png);
    png_set_expand_gray_1_2_4_to_8(reader->png);
    png_set_scale_16(reader->png);
}

static int start(cpng_reader *reader) {
    if (setjmp(png_jmpbuf(reader->png))) return -1;
    png_set_read_fn(reader->png, &reader->input, read_bytes);
    set_limits(reader->png, reader->limits);
    png_read_info(reader->png, reader->info);
    if (png_get_image_width(reader->png, reader->info) != reader->limits.width ||
        png_get_image_height(reader->png, reader->info) != reader->limits.height)
        png_error(reader->png, "the header changed while reading");
    reader->kind.bit_depth = png_get_bit_depth(reader->png, reader->info);
    reader->kind.is_palette = png_get_color_type(reader->png, reader->info) == PNG_COLOR_TYPE_PALETTE;
    /* Palette indices stay indices, because libpng expands an index beyond the palette without a word. */
    if (reader->kind.is_palette) copy_palette(reader);
    if (!reader->limits.keeps_samples && !reader->kind.is_palette) ask_for_bytes(reader);
    png_set_packing(reader->png);
    reader->kind.passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    reader->kind.channels = png_get_channels(reader->png, reader->info);
    reader->kind.sample_bytes = png_get_bit_depth(reader->png, reader->info) == 16 ? 2 : 1;
    size_t row_bytes = (size_t)reader->limits.width * (size_t)(reader->kind.channels * reader->kind.sample_bytes);
    if (png_get_rowbytes(reader->png, reader->info) != row_bytes) png_error(reader->png, "unexpected row size");
    return 0;
}

cpng_reader *cpng_open(const uint8_t *bytes, size_t count, cpng_limits limits) {
    cpng_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) return NULL;
    reader->input.bytes = bytes;
    reader->input.count = count;
    reader->limits = limits;
    return reader;
}

int cpng_start(cpng_reader *reader) {
    cpng_messages *messages = &reader->kind.messages;
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, messages, cpng_on_error, cpng_on_warning);
    if (reader->png != NULL) reader->info = png_create_info_struct(reader->png);
    int status = reader->info == NULL ? -1 : start(reader);
    if (status != 0 && messages->error[0] == 0) strcpy(messages->error, "libpng could not start");
    return status;
}

int cpng_read_row(cpng_reader *reader, uint8_t *row) {
    if (setjmp(png_jmpbuf(reader->png))) return -1;
    png_read_row(reader->png, row, NULL);
    return 0;
}

int cpng_finish(cpng_reader *reader) {
    if (setjmp(png_jmpbuf(reader->png))) return -1;
    png_read_end(reader->png, NULL);
    return 0;
}

const cpng_kind *cpng_get_kind(const cpng_reader *reader) { return &reader->kind; }

void cpng_close(cpng_reader *reader) {
    if (reader->png != NULL) png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader);
}
