#ifndef CJPEG_H
#define CJPEG_H

#include <stddef.h>
#include <stdint.h>

/* What libjpeg had to say so far: the error, and of the warnings the first of each kind. Empty where there was none. */
typedef struct {
    char error[200];
    int lacks_memory;
    int is_unsupported; /* sound, but of a kind that libjpeg does not decode */
    char damage[200];   /* pixels may be wrong */
    char oddity[200];   /* the pixels are intact */
} cjpeg_report;

typedef struct {
    uint32_t width, height;     /* the only size that is accepted */
    int scans;                  /* the most scans that are decoded */
    int stops_at_damage;        /* damage is an error */
} cjpeg_limits;

typedef struct cjpeg_reader cjpeg_reader;

/* The bytes must stay where they are until the reader is closed. Returns NULL where there is no memory. */
cjpeg_reader *cjpeg_open(const uint8_t *bytes, size_t count, cjpeg_limits limits);
/* In this order: the start, which decodes all scans but the last; each row from the top, 8 bits a sample.
   Rows have 3 channels (red, green, blue) or 4 (cyan, magenta, yellow, black). Each function returns 0, or -1 with an
   error in the report; then nothing but cjpeg_close may follow. */
int cjpeg_start(cjpeg_reader *reader, int *channels);
int cjpeg_read_row(cjpeg_reader *reader, uint8_t *row);
const cjpeg_report *cjpeg_get_report(const cjpeg_reader *reader);
void cjpeg_close(cjpeg_reader *reader);

typedef struct cjpeg_writer cjpeg_writer;

/* A JPEG in memory, of rows with 1 (grey) or 3 (colour) channels of 8 bits. Quality is 1 to 100. Returns NULL where there is
   no memory. */
cjpeg_writer *cjpeg_writer_open(uint32_t width, uint32_t height, int channels, int quality);
/* In this order: the start; all rows from the top, in any portions; the end. Each function returns 0, or -1 with an error;
   then nothing but cjpeg_writer_close may follow. */
int cjpeg_writer_start(cjpeg_writer *writer);
int cjpeg_write_rows(cjpeg_writer *writer, const uint8_t *samples, uint32_t rows);
int cjpeg_writer_finish(cjpeg_writer *writer);
/* After the end: the whole file. It stays until the writer is closed. */
const uint8_t *cjpeg_writer_bytes(const cjpeg_writer *writer, size_t *count);
const char *cjpeg_writer_error(const cjpeg_writer *writer);
void cjpeg_writer_close(cjpeg_writer *writer);

#endif
