# What is done after OpenBLAS's products: element-wise operations on rows of floats, in place.

.function effnet_orc_add_f32
.flags 2d
.dest 4 d1 float
.source 4 s1 float

addf d1, d1, s1


.function effnet_orc_mul_f32
.flags 2d
.dest 4 d1 float
.source 4 s1 float

mulf d1, d1, s1


.function effnet_orc_clip_f32
.flags 2d
.dest 4 d1 float
.floatparam 4 low
.floatparam 4 high
.temp 4 t

maxf t, d1, low
minf d1, t, high


.function effnet_orc_hard_sigmoid_f32
.flags 2d
.dest 4 d1 float
.source 4 s1 float
.floatparam 4 sixth
.floatparam 4 half
.floatparam 4 zero
.floatparam 4 one
.temp 4 t

mulf t, s1, sixth
addf t, t, half
maxf t, t, zero
minf d1, t, one


# 1 / (1 + e^x), x = s1 * factor. e^x is 2^n times a polynomial, n = round(x / ln 2). n + 127, the
# exponent field of 2^n, is x / ln 2 + 127.5 truncated. ORC has room for eight constants, none of
# them negative; the others are parameters.
.function effnet_orc_sigmoid_f32
.flags 2d
.dest 4 d1 float
.source 4 s1 float
.floatparam 4 factor
.floatparam 4 minus_limit
.floatparam 4 c5
.floatparam 4 c4
.floatparam 4 c3
.floatparam 4 c2
.floatparam 4 c1
.floatparam 4 c0
.const 4 limit 0x42ae0000
.const 4 log2e 0x3fb8aa3b
.const 4 bias 0x42ff0000
.const 4 offset 0x42fe0000
.const 4 mantissa_bits 23
.const 4 ln2_high 0x3f318000
.const 4 minus_ln2_low 0x395e8083
.const 4 one 0x3f800000
.temp 4 x
.temp 4 n
.temp 4 power
.temp 4 p
.temp 4 t

mulf x, s1, factor
minf x, x, limit
maxf x, x, minus_limit
mulf t, x, log2e
addf t, t, bias
convfl power, t
convlf n, power
subf n, n, offset
shll power, power, mantissa_bits
mulf t, n, ln2_high
subf x, x, t
mulf t, n, minus_ln2_low
addf x, x, t
mulf p, x, c5
addf p, p, c4
mulf p, p, x
addf p, p, c3
mulf p, p, x
addf p, p, c2
mulf p, p, x
addf p, p, c1
mulf p, p, x
addf p, p, c0
mulf t, x, x
mulf p, p, t
addf p, p, x
addf p, p, one
mulf p, p, power
addf p, p, one
divf d1, one, p
