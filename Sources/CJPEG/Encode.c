#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "CJPEG.h"
#include <jerror.h>
#include <jpeglib.h>

struct cjpeg_writer {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf fault;
    uint32_t width, height;
    int channels, quality;
    uint8_t *bytes;
    size_t capacity;
    char error[200];
};

static void on_error(j_common_ptr jpeg) {
    cjpeg_writer *writer = jpeg->client_data;
    jpeg->err->format_message(jpeg, writer->error);
    longjmp(writer->fault, 1);
}

static void on_message(j_common_ptr jpeg, int level) { (void)jpeg, (void)level; }

/* Makes room behind what there is, all of which libjpeg has filled. */
static boolean grow(j_compress_ptr jpeg) {
    cjpeg_writer *writer = jpeg->client_data;
    size_t count = writer->capacity, capacity = count == 0 ? 65536 : 2 * count;
    uint8_t *grown = realloc(writer->bytes, capacity);
    if (grown == NULL) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
    writer->bytes = grown;
    writer->capacity = capacity;
    writer->destination.next_output_byte = grown + count;
    writer->destination.free_in_buffer = capacity - count;
    return TRUE;
}

static void begin(j_compress_ptr jpeg) { grow(jpeg); }

static void nothing_to_do(j_compress_ptr jpeg) { (void)jpeg; }

cjpeg_writer *cjpeg_writer_open(uint32_t width, uint32_t height, int channels, int quality) {
    cjpeg_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) return NULL;
    *writer = (cjpeg_writer){.jpeg.client_data = writer, .width = width, .height = height, .channels = channels,
                             .quality = quality};
    writer->jpeg.err = jpeg_std_error(&writer->errors);
    writer->errors.error_exit = on_error;
    writer->errors.emit_message = on_message;
    writer->destination = (struct jpeg_destination_mgr){.init_destination = begin, .empty_output_buffer = grow,
                                                        .term_destination = nothing_to_do};
    return writer;
}

int cjpeg_writer_start(cjpeg_writer *writer) {
    if (setjmp(writer->fault)) return -1;
    j_compress_ptr jpeg = &writer->jpeg;
    jpeg_create_compress(jpeg);
    jpeg->dest = &writer->destination;
    jpeg->image_width = writer->width;
    jpeg->image_height = writer->height;
    jpeg->input_components = writer->channels;
    jpeg->in_color_space = writer->channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, writer->quality, TRUE);
    /* Below, a colour stands for two by two pixels. */
    if (writer->quality >= 90) jpeg->comp_info[0].h_samp_factor = jpeg->comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(jpeg, TRUE);
    return 0;
}

int cjpeg_write_rows(cjpeg_writer *writer, const uint8_t *samples, uint32_t rows) {
    if (setjmp(writer->fault)) return -1;
    size_t row_bytes = (size_t)writer->width * (size_t)writer->channels;
    for (uint32_t row = 0; row < rows; row++) {
        JSAMPROW line = (JSAMPROW)samples + row * row_bytes;
        jpeg_write_scanlines(&writer->jpeg, &line, 1);
    }
    return 0;
}

int cjpeg_writer_finish(cjpeg_writer *writer) {
    if (setjmp(writer->fault)) return -1;
    jpeg_finish_compress(&writer->jpeg);
    return 0;
}

const uint8_t *cjpeg_writer_bytes(const cjpeg_writer *writer, size_t *count) {
    *count = writer->capacity - writer->destination.free_in_buffer;
    return writer->bytes;
}

const char *cjpeg_writer_error(const cjpeg_writer *writer) { return writer->error; }

void cjpeg_writer_close(cjpeg_writer *writer) {
    jpeg_destroy_compress(&writer->jpeg);
    free(writer->bytes);
    free(writer);
}
