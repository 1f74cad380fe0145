#ifndef CBYTEPRODUCTS_H
#define CBYTEPRODUCTS_H

// Products of small integers and of bfloat16, which Swift cannot name. Each function is one instruction or a few. The widest form that the
// compiler may use is chosen; all forms give the same numbers. Being static and always inlined, they leave no symbol that
// the linker could share between the compilations of the kernels.

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if defined(__AVX512BW__)
#define CBYTE_LANES 16
#elif defined(__AVX2__)
#define CBYTE_LANES 8
#else
#define CBYTE_LANES 4
#endif

typedef int cbyte_words __attribute__((ext_vector_type(CBYTE_LANES)));
typedef float cbyte_floats __attribute__((ext_vector_type(CBYTE_LANES)));

#define CBYTE_INLINE static inline __attribute__((always_inline))

/// The integers as numbers, rounded to nearest where they do not fit.
CBYTE_INLINE cbyte_floats cbyte_converted(cbyte_words words) { return __builtin_convertvector(words, cbyte_floats); }

/// The greater of two lanes, and the lesser; `right` where one of them is no number.
#if defined(__AVX512BW__)
CBYTE_INLINE cbyte_floats cbyte_greater(cbyte_floats left, cbyte_floats right) { return _mm512_max_ps(left, right); }
CBYTE_INLINE cbyte_floats cbyte_lesser(cbyte_floats left, cbyte_floats right) { return _mm512_min_ps(left, right); }
#elif defined(__AVX2__)
CBYTE_INLINE cbyte_floats cbyte_greater(cbyte_floats left, cbyte_floats right) { return _mm256_max_ps(left, right); }
CBYTE_INLINE cbyte_floats cbyte_lesser(cbyte_floats left, cbyte_floats right) { return _mm256_min_ps(left, right); }
#elif defined(__x86_64__)
CBYTE_INLINE cbyte_floats cbyte_greater(cbyte_floats left, cbyte_floats right) { return _mm_max_ps(left, right); }
CBYTE_INLINE cbyte_floats cbyte_lesser(cbyte_floats left, cbyte_floats right) { return _mm_min_ps(left, right); }
#else
CBYTE_INLINE cbyte_floats cbyte_greater(cbyte_floats left, cbyte_floats right) {
    for (int lane = 0; lane < CBYTE_LANES; lane += 1) right[lane] = left[lane] > right[lane] ? left[lane] : right[lane];
    return right;
}
CBYTE_INLINE cbyte_floats cbyte_lesser(cbyte_floats left, cbyte_floats right) {
    for (int lane = 0; lane < CBYTE_LANES; lane += 1) right[lane] = left[lane] < right[lane] ? left[lane] : right[lane];
    return right;
}
#endif

/// The low bytes of the lanes, one behind the other.
CBYTE_INLINE void cbyte_store_bytes(void *_Nonnull out, cbyte_words words) {
    typedef unsigned char bytes __attribute__((ext_vector_type(CBYTE_LANES)));
    const bytes narrow = __builtin_convertvector(words, bytes);
    __builtin_memcpy(out, &narrow, sizeof narrow);
}

/// The low halves of the lanes, one behind the other.
CBYTE_INLINE void cbyte_store_halves(void *_Nonnull out, cbyte_words words) {
    typedef short halves __attribute__((ext_vector_type(CBYTE_LANES)));
    const halves narrow = __builtin_convertvector(words, halves);
    __builtin_memcpy(out, &narrow, sizeof narrow);
}

/// A signed byte for each 16 bits of the lanes, two a lane.
CBYTE_INLINE cbyte_words cbyte_load_pairs(const void *_Nonnull weights) {
    typedef signed char bytes __attribute__((ext_vector_type(2 * CBYTE_LANES)));
    typedef short halves __attribute__((ext_vector_type(2 * CBYTE_LANES)));
    bytes narrow;
    __builtin_memcpy(&narrow, weights, sizeof narrow);
    return (cbyte_words)__builtin_convertvector(narrow, halves);
}

/// Adds to each lane the products of its two signed numbers of 16 bits with those of the other operand.
CBYTE_INLINE cbyte_words cbyte_add_pairs(cbyte_words sum, cbyte_words left, cbyte_words right) {
#if defined(__AVX512BW__)
    return sum + (cbyte_words)_mm512_madd_epi16((__m512i)left, (__m512i)right);
#elif defined(__AVX2__)
    return sum + (cbyte_words)_mm256_madd_epi16((__m256i)left, (__m256i)right);
#elif defined(__x86_64__)
    return sum + (cbyte_words)_mm_madd_epi16((__m128i)left, (__m128i)right);
#else
    return sum + (left << 16 >> 16) * (right << 16 >> 16) + (left >> 16) * (right >> 16);
#endif
}

#if defined(__AVX512VNNI__) || defined(__AVXVNNI__)
/// Adds to each lane the products of its four unsigned bytes with the four signed ones of the other operand.
CBYTE_INLINE cbyte_words cbyte_add_quads(cbyte_words sum, cbyte_words left, cbyte_words right) {
#if defined(__AVX512VNNI__)
    return (cbyte_words)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)left, (__m512i)right);
#else
    return (cbyte_words)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)left, (__m256i)right);
#endif
}
#endif

#if defined(__AVX512BF16__)
/// Adds to each lane the product of the upper halves as bfloat16, then that of the lower ones, each with one rounding.
CBYTE_INLINE cbyte_floats cbyte_add_bfloat16_pairs(cbyte_floats sum, cbyte_words left, cbyte_words right) {
    return (cbyte_floats)_mm512_dpbf16_ps((__m512)sum, (__m512bh)left, (__m512bh)right);
}
#endif

#endif
