#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "Messages.h"

typedef struct {
    const uint8_t *bytes;
    size_t count, position;
} source;

/* Everything that must be freed after a jump lives here, outside the jumping function's own variables. */
typedef struct {
    png_structp png;
    png_infop info;
    png_bytepp rows;
    source input;
} session;

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

static void copy_palette(session *session, cpng_picture *picture) {
    png_colorp colours = NULL;
    png_bytep alphas = NULL;
    int count = 0, alpha_count = 0;
    if (!png_get_PLTE(session->png, session->info, &colours, &count) || count <= 0)
        png_error(session->png, "the palette is missing");
    png_get_tRNS(session->png, session->info, &alphas, &alpha_count, NULL);
    for (int entry = 0; entry < count && entry < 256; entry++) {
        picture->palette[entry][0] = colours[entry].red;
        picture->palette[entry][1] = colours[entry].green;
        picture->palette[entry][2] = colours[entry].blue;
        picture->palette[entry][3] = alphas != NULL && entry < alpha_count ? alphas[entry] : 255;
    }
    picture->palette_count = count;
}

/* 8 bits a channel, transparency as a channel; palette indices stay indices, because libpng expands an index beyond
   the palette without a word. */
static void ask_for_bytes(session *session, cpng_picture *picture) {
    png_byte type = png_get_color_type(session->png, session->info);
    if (type == PNG_COLOR_TYPE_PALETTE) {
        picture->is_palette = 1;
        copy_palette(session, picture);
        png_set_packing(session->png);
    } else {
        if (png_get_valid(session->png, session->info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(session->png);
        png_set_expand_gray_1_2_4_to_8(session->png);
        png_set_scale_16(session->png);
    }
    png_set_interlace_handling(session->png);
    png_read_update_info(session->png, session->info);
}

static void read_rows(session *session, cpng_picture *picture) {
    size_t row_bytes = png_get_rowbytes(session->png, session->info);
    picture->channels = png_get_channels(session->png, session->info);
    if (row_bytes != (size_t)picture->width * (size_t)picture->channels) png_error(session->png, "unexpected row size");
    picture->pixels = calloc(picture->height, row_bytes);
    session->rows = calloc(picture->height, sizeof *session->rows);
    if (picture->pixels == NULL || session->rows == NULL) png_error(session->png, "not enough memory for the pixels");
    for (uint32_t row = 0; row < picture->height; row++) session->rows[row] = picture->pixels + row * row_bytes;
    picture->has_pixels = 1;
    png_read_image(session->png, session->rows);
}

static int run(session *session, cpng_limits limits, cpng_picture *picture) {
    if (setjmp(png_jmpbuf(session->png))) return -1;
    png_set_read_fn(session->png, &session->input, read_bytes);
    set_limits(session->png, limits);
    png_read_info(session->png, session->info);
    picture->width = png_get_image_width(session->png, session->info);
    picture->height = png_get_image_height(session->png, session->info);
    if (picture->width != limits.width || picture->height != limits.height)
        png_error(session->png, "the header changed while reading");
    picture->bit_depth = png_get_bit_depth(session->png, session->info);
    picture->is_interlaced = png_get_interlace_type(session->png, session->info) != PNG_INTERLACE_NONE;
    ask_for_bytes(session, picture);
    read_rows(session, picture);
    png_read_end(session->png, NULL);
    return 0;
}

int cpng_decode(const uint8_t *bytes, size_t count, cpng_limits limits, cpng_picture *picture) {
    memset(picture, 0, sizeof *picture);
    session session = {.input = {.bytes = bytes, .count = count}};
    int status = -1;
    session.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &picture->messages, cpng_on_error, cpng_on_warning);
    if (session.png != NULL) session.info = png_create_info_struct(session.png);
    if (session.info != NULL) status = run(&session, limits, picture);
    if (status != 0 && picture->messages.error[0] == 0) strcpy(picture->messages.error, "libpng could not start");
    if (session.png != NULL) png_destroy_read_struct(&session.png, &session.info, NULL);
    free(session.rows);
    return status;
}

void cpng_picture_free(cpng_picture *picture) {
    free(picture->pixels);
    picture->pixels = NULL;
}
