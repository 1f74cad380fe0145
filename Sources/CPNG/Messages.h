#ifndef CPNG_MESSAGES_H
#define CPNG_MESSAGES_H

#include <png.h>

#include "CPNG.h"

/* Both expect a cpng_messages as libpng's error pointer. */
PNG_NORETURN void cpng_on_error(png_structp png, png_const_charp text);
void cpng_on_warning(png_structp png, png_const_charp text);

#endif
