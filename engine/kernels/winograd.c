/* SPDX-License-Identifier: BSD-2-Clause */
/* The reference of Winograd's transforms: products with their matrices, in doubles. */
#include "act.h"
#include "winograd.h"

#define IN  EFFNET_WINOGRAD_IN
#define OUT EFFNET_WINOGRAD_OUT
#define A   EFFNET_WINOGRAD_A
#define B   EFFNET_WINOGRAD_B

/* The squares of a and b, and their sum. */
#define SUM 2.5
#define AA  0.5
#define BB  2.0

static const double input_matrix[IN][IN] = {
    {1, 0, -SUM, 0, 1, 0}, {0, -B, -BB, A, 1, 0}, {0, B, -BB, -A, 1, 0},
    {0, -A, -AA, B, 1, 0}, {0, A, -AA, -B, 1, 0}, {0, 1, 0, -SUM, 0, 1},
};

static const double output_matrix[OUT][IN] = {
    {1, 1, 1, 1, 1, 0},
    {0, A, -A, B, -B, 0},
    {0, AA, AA, BB, BB, 0},
    {0, AA *A, -AA *A, BB *B, -BB *B, 1},
};

/* For each interpolation point p: 1, p and p^2, divided by the product of p's distances to the
 * other points. */
static const double filter_matrix[IN][3] = {
    {1, 0, 0},
    {-1 / 1.5, -A / 1.5, -AA / 1.5},
    {-1 / 1.5, A / 1.5, -AA / 1.5},
    {1 / 6., B / 6, BB / 6},
    {1 / 6., -B / 6, BB / 6},
    {0, 0, 1},
};

void
effnet_winograd_filter(float points[EFFNET_WINOGRAD_POINTS], const float *filter, gsize stride)
{
    double down[IN][3];

    for (int y = 0; y < IN; y++)
        for (int x = 0; x < 3; x++) {
            const double *row = filter_matrix[y];
            const float *column = filter + x * stride;

            down[y][x] =
                row[0] * column[0] + row[1] * column[3 * stride] + row[2] * column[6 * stride];
        }
    for (int y = 0; y < IN; y++)
        for (int x = 0; x < IN; x++) {
            const double *along = filter_matrix[x];

            points[y * IN + x] =
                down[y][0] * along[0] + down[y][1] * along[1] + down[y][2] * along[2];
        }
}

static float
input_at(const EffNetWinogradInput *a, guint y, guint column, gsize lane)
{
    return a->rows[y] && column < a->in_size ? a->rows[y][column * a->in_stride + lane] : 0;
}

static void
input_c(const EffNetWinogradInput *a)
{
    for (guint tile = 0; tile < a->tiles; tile++)
        for (gsize lane = 0; lane < (gsize)a->panels * EFFNET_LANES; lane++)
            for (int point = 0; point < EFFNET_WINOGRAD_POINTS; point++) {
                const double *down = input_matrix[point / IN], *along = input_matrix[point % IN];
                double sum = 0;

                for (int y = 0; y < IN; y++)
                    for (int x = 0; x < IN; x++) /* the column wraps left of the map */
                        sum += down[y] * along[x] * input_at(a, y, tile * OUT + x - a->pad, lane);
                a->points[point * a->point_stride + tile * a->tile_stride + lane] = sum;
            }
}

/* Output Y, X of the tile whose first point is POINT. */
static double
output_of(const EffNetWinogradOutput *a, const float *point, int y, int x)
{
    double sum = 0;

    for (int i = 0; i < IN; i++)
        for (int j = 0; j < IN; j++)
            sum +=
                output_matrix[y][i] * output_matrix[x][j] * point[(i * IN + j) * a->point_stride];
    return sum;
}

static void
output_c(const EffNetWinogradOutput *a)
{
    for (guint y = 0; y < a->rows; y++)
        for (guint x = 0; x < a->columns; x++)
            for (gsize lane = 0; lane < (gsize)a->panels * EFFNET_LANES; lane++) {
                const float *point = a->points + x / OUT * a->tile_stride + lane;
                gsize at = y * a->row_stride + x * a->out_stride + lane;
                float sum = output_of(a, point, y, x % OUT) + a->bias[lane];

                if (a->residual && !a->act_first)
                    sum += a->residual[at];
                sum = effnet_act(a->act, sum);
                if (a->residual && a->act_first)
                    sum += a->residual[at];
                a->out[at] = sum;
            }
}

const EffNetWinogradKernels effnet_winograd_kernels_c = {EFFNET_ACTS_ALL, input_c, output_c};
