/* SPDX-License-Identifier: BSD-2-Clause */
#include "page.h"

#define MAX_DOUBTFUL  24
#define MAX_PAIRS     12
#define MAX_CONFUSION 40 /* with more classes, the table cannot be read */

/* The learning curve's drawing, in its own units. */
#define CURVE_WIDTH  300
#define CURVE_HEIGHT 120

typedef struct {
    GString *html;
    const EffNetReport *report;
    EffNetPagePicture picture;
    gpointer data;
} Page;

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'\">\n<style>\n"
    ":root{color-scheme:light dark;--line:#8884;--soft:#8881;--mark:#2a78d6}\n"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}\n"
    "h1{font-size:1.5rem;margin:.5rem 0;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:2rem 0 "
    ".5rem}\np{margin:.3rem 0;overflow-wrap:anywhere}\n"
    ".big{font-size:2.5rem;font-weight:600;margin:1rem 0 0}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse}\n"
    "th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right;"
    "font-variant-numeric:tabular-nums}th{font-weight:600}\n"
    "th:first-child,td:first-child{text-align:left;overflow-wrap:anywhere;max-width:16rem}\n"
    ".of{text-align:center;min-width:2.2rem}\n"
    "svg{width:100%;max-width:32rem;height:auto;display:block}svg text{font-size:11px;"
    "fill:currentColor}\n"
    ".many{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.8rem}\n"
    ".pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:.8rem}\n"
    "figure{margin:0;padding:.5rem;background:var(--soft);border-radius:.4rem;min-width:0}\n"
    "figure img,.none{width:100%;aspect-ratio:1;display:block;border-radius:.3rem;"
    "background:var(--line)}\nfigcaption{font-size:.85rem;overflow-wrap:anywhere;margin-top:.3rem}"
    "\n"
    ".two{display:grid;grid-template-columns:1fr 1fr;gap:.5rem}\n"
    "</style>\n<title>";

static void
add(Page *page, const char *markup)
{
    g_string_append(page->html, markup);
}

static void add_format(Page *page, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Numbers have a decimal point in any locale: FORMAT has integers and markup only. */
static void
add_format(Page *page, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_string_append_vprintf(page->html, format, arguments);
    va_end(arguments);
}

static void
add_text(Page *page, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *escaped = g_markup_escape_text(valid, -1);

    g_string_append(page->html, escaped);
}

static void
add_number(Page *page, const char *format, double number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(page->html, g_ascii_formatd(text, sizeof text, format, number));
}

static void
add_percent(Page *page, double share)
{
    add_number(page, "%.1f", 100 * share);
    add(page, "&nbsp;%");
}

static const char *
label(const Page *page, guint k)
{
    return g_ptr_array_index(page->report->album->labels, k);
}

static double
share(guint part, guint whole)
{
    return whole ? (double)part / whole : 0;
}

static void
add_summary(Page *page)
{
    const EffNetReport *r = page->report;

    add(page, "<h1>");
    add_text(page, r->output);
    add_format(page, "</h1>\n<p>%u classes, learned on ", r->album->labels->len);
    add_text(page, r->base);
    add(page, " in ");
    add_number(page, "%.1f", r->seconds);
    add_format(page, " s from %u pictures, in %u groups that show different things.</p>\n",
               r->album->n, r->n_groups);
    if (r->n_broken)
        add_format(page, "<p>Left out: %u files that could not be decoded.</p>\n", r->n_broken);
    if (r->n_known)
        add_format(page, "<p>Left out: %u pictures that were there already.</p>\n", r->n_known);
}

static void
add_accuracy(Page *page)
{
    const EffNetJudgement *j = page->report->judgement;
    double low, high;

    if (!j) {
        add(page, "<p>The accuracy is unknown: a class is in one group of pictures alone, so that "
                  "none can be held back.</p>\n");
        return;
    }
    effnet_report_interval(page->report, &low, &high);
    add(page, "<p class=\"big\">");
    add_percent(page, share(j->right, j->n));
    add(page, "</p>\n<p>of pictures that were held back are classified rightly; 95 % interval: ");
    add_number(page, "%.1f", 100 * low);
    add(page, " to ");
    add_percent(page, high);
    add(page, "</p>\n");
}

/* The height of SHARE where the drawing reaches from LOW to 1. */
static double
curve_y(double share, double low)
{
    return 10 + (CURVE_HEIGHT - 30) * (1 - (share - low) / (1 - low));
}

static void
add_curve(Page *page)
{
    const EffNetTrained *t = page->report->trained;
    double least = 1, low;

    for (guint i = 0; i < EFFNET_TRAIN_CURVE; i++)
        least = MIN(least, t->curve_right[i]);
    low = least < 0.5 ? 0 : least < 0.9 ? 0.5 : 0.9;
    add_format(page,
               "<h2>Do more pictures help?</h2>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" "
               "aria-label=\"Accuracy by the number of pictures\">\n",
               CURVE_WIDTH + 60, CURVE_HEIGHT);
    for (guint i = 0; i <= 2; i++) {
        double level = low + (1 - low) * i / 2;

        add(page, "<path stroke=\"currentColor\" stroke-opacity=\".25\" d=\"M40 ");
        add_number(page, "%.1f", curve_y(level, low));
        add_format(page, "h%d\"/><text x=\"0\" y=\"", CURVE_WIDTH);
        add_number(page, "%.1f", curve_y(level, low) + 4);
        add(page, "\">");
        add_number(page, "%.0f", 100 * level);
        add(page, " %</text>\n");
    }
    add(page, "<polyline fill=\"none\" stroke=\"var(--mark)\" stroke-width=\"2\" points=\"");
    for (guint i = 0; i < EFFNET_TRAIN_CURVE; i++) {
        add_format(page, "%s%u ", i ? " " : "",
                   40 + CURVE_WIDTH * (i + 1) / (EFFNET_TRAIN_CURVE + 1));
        add_number(page, "%.1f", curve_y(t->curve_right[i], low));
    }
    add(page, "\"/>\n");
    for (guint i = 0; i < EFFNET_TRAIN_CURVE; i++) {
        guint x = 40 + CURVE_WIDTH * (i + 1) / (EFFNET_TRAIN_CURVE + 1);

        add_format(page, "<circle r=\"3\" fill=\"var(--mark)\" cx=\"%u\" cy=\"", x);
        add_number(page, "%.1f", curve_y(t->curve_right[i], low));
        add_format(page, "\"><title>%u pictures: ", t->curve_n[i]);
        add_percent(page, t->curve_right[i]);
        add_format(page,
                   "</title></circle><text text-anchor=\"middle\" x=\"%u\" y=\"%d\">%u</text>\n", x,
                   CURVE_HEIGHT - 4, t->curve_n[i]);
    }
    add(page, "</svg>\n<p>Accuracy after learning from so many pictures. If the line still rises, "
              "more help; if it does not, better pictures do, or a larger network.</p>\n");
}

static void
add_classes(Page *page)
{
    const EffNetJudgement *j = page->report->judgement;

    add(page, "<h2>Classes</h2>\n<div class=\"scroll\"><table>\n<tr><th>class</th><th>pictures</th>"
              "<th>recall</th><th>precision</th></tr>\n");
    for (guint k = 0; k < j->n_classes; k++) {
        const EffNetClassCounts *c = &j->classes[k];

        add(page, "<tr><td>");
        add_text(page, label(page, k));
        add_format(page, "</td><td>%u</td><td>", c->there);
        add_percent(page, share(c->right, c->there));
        add(page, "</td><td>");
        add_percent(page, share(c->right, c->told));
        add(page, "</td></tr>\n");
    }
    add(page, "</table></div>\n<p>Recall: the share of the class's pictures that were found. "
              "Precision: the share of pictures said to be of the class that are.</p>\n");
}

static void
add_confusion(Page *page)
{
    const EffNetJudgement *j = page->report->judgement;
    guint n = j->n_classes;

    if (!j->confusion || n > MAX_CONFUSION)
        return;
    add(page, "<h2>What is taken for what</h2>\n<div class=\"scroll\"><table>\n<tr><th></th>");
    for (guint k = 0; k < n; k++) {
        add(page, "<th class=\"of\">");
        add_text(page, label(page, k));
        add(page, "</th>");
    }
    add(page, "</tr>\n");
    for (guint k = 0; k < n; k++) {
        add(page, "<tr><td>");
        add_text(page, label(page, k));
        add(page, "</td>");
        for (guint i = 0; i < n; i++) {
            guint count = j->confusion[(gsize)k * n + i];

            add_format(page, "<td class=\"of\" style=\"background:rgb(%s / %u%%)\">%u</td>",
                       i == k ? "42 120 214" : "226 88 34",
                       (guint)(70 * share(count, j->classes[k].there)), count);
        }
        add(page, "</tr>\n");
    }
    add(page, "</table></div>\n<p>Rows: what the pictures are said to be. Columns: what they were "
              "taken for while they were held back.</p>\n");
}

/* A figure of a picture, with its name under it. */
static void
open_figure(Page *page, guint picture)
{
    const char *path = page->report->album->names[picture];
    g_autofree char *uri = path ? page->picture(page->data, path) : NULL;

    add(page, "<figure>");
    if (uri) {
        add(page, "<img alt=\"\" src=\"");
        add_text(page, uri);
        add(page, "\">");
    } else {
        add(page, "<div class=\"none\"></div>");
    }
    add(page, "<figcaption>");
    add_text(page, path ? path : "a picture that was learned before");
}

static void
add_doubtful(Page *page)
{
    g_autoptr(GArray) doubtful = effnet_report_find_doubtful(page->report, MAX_DOUBTFUL);

    if (doubtful->len == 0)
        return;
    add(page, "<h2>Perhaps mislabelled</h2>\n<div class=\"many\">\n");
    for (guint i = 0; i < doubtful->len; i++) {
        guint picture = g_array_index(doubtful, guint, i);
        g_autofree char *own = effnet_report_labels(page->report, picture);
        g_autofree char *told = effnet_report_told(page->report, picture);

        open_figure(page, picture);
        add(page, "<br>said to be <b>");
        add_text(page, own);
        add(page, "</b>, looks like <b>");
        add_text(page, told);
        add(page, "</b></figcaption></figure>\n");
    }
    add(page, "</div>\n");
}

static void
add_contradictions(Page *page)
{
    g_autoptr(GArray) pairs = effnet_report_find_contradictions(page->report);

    if (pairs->len == 0)
        return;
    add(page, "<h2>Nearly the same, but of different classes</h2>\n<div class=\"pairs\">\n");
    for (guint i = 0; i < MIN(pairs->len, MAX_PAIRS); i++) {
        const EffNetDuplicate *pair = &g_array_index(pairs, EffNetDuplicate, i);
        const guint pictures[] = {pair->a, pair->b};

        add(page, "<div class=\"two\">");
        for (guint k = 0; k < G_N_ELEMENTS(pictures); k++) {
            g_autofree char *own = effnet_report_labels(page->report, pictures[k]);

            open_figure(page, pictures[k]);
            add(page, "<br><b>");
            add_text(page, own);
            add(page, "</b></figcaption></figure>");
        }
        add(page, "</div>\n");
    }
    add(page, "</div>\n");
    if (pairs->len > MAX_PAIRS)
        add_format(page, "<p>And %u more pairs.</p>\n", pairs->len - MAX_PAIRS);
}

char *
effnet_page_new(const EffNetReport *report, EffNetPagePicture picture, gpointer data)
{
    Page page = {g_string_new(head), report, picture, data};

    add_text(&page, report->output);
    add(&page, "</title></head><body>\n");
    add_summary(&page);
    add_accuracy(&page);
    if (report->judgement) {
        add_curve(&page);
        add_classes(&page);
        add_confusion(&page);
    }
    add_doubtful(&page);
    add_contradictions(&page);
    add(&page, "</body></html>\n");
    return g_string_free(page.html, FALSE);
}
