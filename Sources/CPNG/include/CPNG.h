#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

/* What libpng had to say: the first error, and the first warnings, one a line. */
typedef struct {
    char error[192];
    char warnings[768];
} cpng_messages;

/* What the rows hold, known from the start on, and what libpng said so far. */
typedef struct {
    int bit_depth;      /* as stored in the file */
    int is_palette;     /* samples are indices into the palette */
    int channels;       /* 1 grey or index, 2 grey and alpha, 3 colour, 4 colour and alpha */
    int sample_bytes;   /* 1, or 2 with the high byte first */
    int passes;         /* 1, or 7 for an interlaced picture */
    int palette_count;
    uint8_t palette[256][4];    /* red, green, blue, alpha */
    cpng_messages messages;
} cpng_kind;

typedef struct {
    uint32_t width, height;     /* the only size that is accepted */
    size_t chunk_bytes;         /* the most memory a single chunk may ask for */
    uint32_t cached_chunks;     /* the most chunks kept */
    int keeps_samples;          /* rows hold the file's numbers; otherwise 8 bits, with transparency as alpha */
} cpng_limits;

typedef struct cpng_reader cpng_reader;

/* The bytes must stay where they are until the reader is closed. Returns NULL where there is no memory. */
cpng_reader *cpng_open(const uint8_t *bytes, size_t count, cpng_limits limits);
/* In this order: the start; in each pass, each row from the top, into the same memory in every pass; the end. Each
   function returns 0, or -1 with messages.error set; then nothing but cpng_close may follow. */
int cpng_start(cpng_reader *reader);
int cpng_read_row(cpng_reader *reader, uint8_t *row);
int cpng_finish(cpng_reader *reader);
const cpng_kind *cpng_get_kind(const cpng_reader *reader);
void cpng_close(cpng_reader *reader);

typedef struct {
    const char *key;    /* 1...79 bytes of Latin-1 */
    const char *value;  /* UTF-8; written as tEXt when it is ASCII, else as iTXt */
    int is_ascii;
} cpng_text;

typedef struct cpng_writer cpng_writer;

/* Rows of `width` pixels with 1 (grey) or 3 (colour) channels of 8 or 16 bits in the machine's byte order. The texts need
   not outlive the call. Returns NULL where there is no memory. Every other function returns 0, or -1 with a message; then
   nothing but cpng_writer_close may follow. */
cpng_writer *cpng_writer_open(uint32_t width, uint32_t height, int channels, int bit_depth);
/* Before the start: samples of one channel and 8 bits are indices into 256 colours, red, green and blue of each. */
int cpng_writer_set_palette(cpng_writer *writer, const uint8_t *colours);
/* In this order: the start; all rows from the top, in any portions; the end. */
int cpng_writer_start(cpng_writer *writer, const cpng_text *texts, int text_count);
int cpng_write_rows(cpng_writer *writer, const void *samples, uint32_t rows);
int cpng_writer_finish(cpng_writer *writer);
/* The bytes that were made since the last call. They stay until the next call of any other function. */
const uint8_t *cpng_take_bytes(cpng_writer *writer, size_t *count);
cpng_messages cpng_writer_messages(const cpng_writer *writer);
void cpng_writer_close(cpng_writer *writer);

/* The version of the library in use, such as "1.6.39". */
const char *cpng_library_version(void);

#endif
