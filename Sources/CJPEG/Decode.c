#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "CJPEG.h"
#include <jerror.h>
#include <jpeglib.h>

struct cjpeg_reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf fault;
    const uint8_t *bytes;
    size_t count;
    cjpeg_limits limits;
    cjpeg_report report;
};

static void fail(cjpeg_reader *reader, const char *text) {
    snprintf(reader->report.error, sizeof reader->report.error, "%s", text);
    longjmp(reader->fault, 1);
}

static void on_error(j_common_ptr jpeg) {
    cjpeg_reader *reader = jpeg->client_data;
    jpeg->err->format_message(jpeg, reader->report.error);
    int code = jpeg->err->msg_code;
    reader->report.lacks_memory = code == JERR_OUT_OF_MEMORY;
    reader->report.is_unsupported = code == JERR_FRACT_SAMPLE_NOTIMPL || code == JERR_CONVERSION_NOTIMPL;
    longjmp(reader->fault, 1);
}

/* Whether a warning leaves no doubt about the pixels. */
static int is_oddity(const struct jpeg_error_mgr *errors) {
    switch (errors->msg_code) {
    /* Bytes that belong to nothing. Before a restart marker they are left of an interval that was decoded wrongly. */
    case JWRN_EXTRANEOUS_DATA: return errors->msg_parm.i[1] < 0xD0 || errors->msg_parm.i[1] > 0xD7;
    /* A version number, and the parameters of progressive scans in a sequential one: neither is used. */
    case JWRN_JFIF_MAJOR: case JWRN_NOT_SEQUENTIAL: return 1;
    default: return 0;
    }
}

static void on_message(j_common_ptr jpeg, int level) {
    cjpeg_reader *reader = jpeg->client_data;
    if (level >= 0) return;     /* a trace */
    jpeg->err->num_warnings++;
    int is_odd = is_oddity(jpeg->err);
    if (!is_odd && reader->limits.stops_at_damage) on_error(jpeg);
    char *text = is_odd ? reader->report.oddity : reader->report.damage;
    if (text[0] == 0) jpeg->err->format_message(jpeg, text);
}

/* A scan costs time in proportion to the picture but only a few bytes of file. */
static void on_progress(j_common_ptr jpeg) {
    cjpeg_reader *reader = jpeg->client_data;
    if (reader->jpeg.input_scan_number > reader->limits.scans) fail(reader, "it has too many scans");
}

cjpeg_reader *cjpeg_open(const uint8_t *bytes, size_t count, cjpeg_limits limits) {
    cjpeg_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) return NULL;
    *reader = (cjpeg_reader){.jpeg.client_data = reader, .progress.progress_monitor = on_progress,
                             .bytes = bytes, .count = count, .limits = limits};
    reader->jpeg.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = on_error;
    reader->errors.emit_message = on_message;
    return reader;
}

int cjpeg_start(cjpeg_reader *reader, int *channels) {
    if (setjmp(reader->fault)) return -1;
    j_decompress_ptr jpeg = &reader->jpeg;
    jpeg_create_decompress(jpeg);
    jpeg->progress = &reader->progress;
    jpeg_mem_src(jpeg, reader->bytes, reader->count);
    jpeg_read_header(jpeg, TRUE);
    if (jpeg->image_width != reader->limits.width || jpeg->image_height != reader->limits.height)
        fail(reader, "it has two frame headers that differ");
    int is_cmyk = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    jpeg->out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
    *channels = is_cmyk ? 4 : 3;
    jpeg_start_decompress(jpeg);
    return 0;
}

int cjpeg_read_row(cjpeg_reader *reader, uint8_t *row) {
    if (setjmp(reader->fault)) return -1;
    jpeg_read_scanlines(&reader->jpeg, &row, 1);
    if (reader->jpeg.output_scanline == reader->jpeg.output_height) jpeg_finish_decompress(&reader->jpeg);
    return 0;
}

const cjpeg_report *cjpeg_get_report(const cjpeg_reader *reader) { return &reader->report; }

void cjpeg_close(cjpeg_reader *reader) {
    jpeg_destroy_decompress(&reader->jpeg);
    free(reader);
}
