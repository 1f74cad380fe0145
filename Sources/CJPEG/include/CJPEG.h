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

#endif
