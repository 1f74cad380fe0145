#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

/* What libpng had to say: the first error, and the first warnings, one a line. */
typedef struct {
    char error[192];
    char warnings[768];
} cpng_messages;

/* A decoded picture. `pixels` is [height, width, channels], 8 bits each, and is freed by cpng_picture_free.
   1 channel is grey, or a palette index when is_palette; 2 grey and alpha; 3 colour; 4 colour and alpha. */
typedef struct {
    uint32_t width, height;
    int bit_depth;      /* as stored in the file */
    int is_interlaced;
    int is_palette;
    int channels;
    int palette_count;
    uint8_t palette[256][4];    /* red, green, blue, alpha */
    int has_pixels;     /* decoding got as far as the pixels: rows never reached are zero */
    uint8_t *pixels;
    cpng_messages messages;
} cpng_picture;

typedef struct {
    uint32_t width, height;     /* the only size that is accepted */
    size_t chunk_bytes;         /* the most memory a single chunk may ask for */
    uint32_t cached_chunks;     /* the most chunks kept */
} cpng_limits;

/* Returns 0, or -1 with messages.error set. Either way the picture must be freed. */
int cpng_decode(const uint8_t *bytes, size_t count, cpng_limits limits, cpng_picture *picture);
void cpng_picture_free(cpng_picture *picture);

typedef struct {
    const char *key;    /* 1...79 bytes of Latin-1 */
    const char *value;  /* UTF-8; written as tEXt when it is ASCII, else as iTXt */
    int is_ascii;
} cpng_text;

typedef struct {
    uint8_t *bytes;     /* freed by cpng_file_free */
    size_t count;
    size_t capacity;
    cpng_messages messages;
} cpng_file;

/* Writes `samples`, [height, width, channels], with 1 (grey) or 3 (colour) channels of 8 or 16 bits in the machine's
   byte order. Returns 0, or -1 with messages.error set. Either way the file must be freed. */
int cpng_encode(const void *samples, uint32_t width, uint32_t height, int channels, int bit_depth,
                const cpng_text *texts, int text_count, cpng_file *file);
void cpng_file_free(cpng_file *file);

/* The version of the library in use, such as "1.6.39". */
const char *cpng_library_version(void);

#endif
