#include "Messages.h"

#include <stdio.h>
#include <string.h>

void cpng_on_error(png_structp png, png_const_charp text) {
    cpng_messages *messages = png_get_error_ptr(png);
    snprintf(messages->error, sizeof messages->error, "%s", text);
    png_longjmp(png, 1);
}

void cpng_on_warning(png_structp png, png_const_charp text) {
    cpng_messages *messages = png_get_error_ptr(png);
    size_t used = strlen(messages->warnings);
    if (used + strlen(text) + 2 > sizeof messages->warnings) return;
    snprintf(messages->warnings + used, sizeof messages->warnings - used, "%s\n", text);
}

const char *cpng_library_version(void) { return png_get_libpng_ver(NULL); }
