#ifndef CSHA256_H
#define CSHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The SHA-256 instructions of x86-64 processors, which Swift cannot name. Being static, the functions leave no symbol that
// the linker could share; only those with the target attribute hold the instructions.

#if defined(__x86_64__)

typedef int32_t csha256_words __attribute__((vector_size(16)));
typedef char csha256_bytes __attribute__((vector_size(16)));

/// Whether this processor has the SHA instructions and those for vectors that go with them.
static inline bool csha256_is_available(void) {
    uint32_t a = 0, b, c, d;
    __asm__("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
    if (a < 7) return false;
    a = 1;
    __asm__("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
    const uint32_t vectors = 1u << 9 | 1u << 19;  // SSSE3 and SSE4.1
    if ((c & vectors) != vectors) return false;
    a = 7;
    c = 0;
    __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return b >> 29 & 1;
}

/// Takes whole blocks of 64 bytes into a state of eight words (FIPS 180-4, section 6.2.2).
///
/// `constants` are the 64 words of section 4.2.2. Only where `csha256_is_available`.
__attribute__((target("sha,ssse3,sse4.1"))) static inline void csha256_absorb(
    uint32_t *_Nonnull state, const uint8_t *_Nullable blocks, size_t count, const uint32_t *_Nonnull constants
) {
    csha256_words low, high;
    __builtin_memcpy(&low, state, 16);
    __builtin_memcpy(&high, state + 4, 16);
    // The instructions want the words a, b, e, f in one register and c, d, g, h in the other, the first of them highest.
    csha256_words abef = __builtin_shufflevector(low, high, 5, 4, 1, 0);
    csha256_words cdgh = __builtin_shufflevector(low, high, 7, 6, 3, 2);
    for (; count > 0; count -= 1, blocks += 64) {
        const csha256_words abefBefore = abef, cdghBefore = cdgh;
        csha256_words schedule[4];
#pragma clang loop unroll(full)
        for (int group = 0; group < 16; group += 1) {
            csha256_words words;
            if (group < 4) {
                csha256_bytes bytes;
                __builtin_memcpy(&bytes, blocks + 16 * group, 16);
                words = (csha256_words)__builtin_shufflevector(
                    bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
            } else {
                // The four words 16, 15, 7 and 2 steps back; the slots of the last four groups are used in turn.
                const csha256_words back3 = schedule[(group + 1) % 4];
                const csha256_words back2 = schedule[(group + 2) % 4], back1 = schedule[(group + 3) % 4];
                words = __builtin_ia32_sha256msg1(schedule[group % 4], back3)
                    + __builtin_shufflevector(back2, back1, 1, 2, 3, 4);
                words = __builtin_ia32_sha256msg2(words, back1);
            }
            schedule[group % 4] = words;
            csha256_words added;
            __builtin_memcpy(&added, constants + 4 * group, 16);
            added += words;
            cdgh = __builtin_ia32_sha256rnds2(cdgh, abef, added);
            added = __builtin_shufflevector(added, added, 2, 3, 2, 3);
            abef = __builtin_ia32_sha256rnds2(abef, cdgh, added);
        }
        abef += abefBefore;
        cdgh += cdghBefore;
    }
    low = __builtin_shufflevector(abef, cdgh, 3, 2, 7, 6);
    high = __builtin_shufflevector(abef, cdgh, 1, 0, 5, 4);
    __builtin_memcpy(state, &low, 16);
    __builtin_memcpy(state + 4, &high, 16);
}

#else

static inline bool csha256_is_available(void) { return false; }
static inline void csha256_absorb(
    uint32_t *_Nonnull state, const uint8_t *_Nullable blocks, size_t count, const uint32_t *_Nonnull constants
) {}

#endif

#endif
