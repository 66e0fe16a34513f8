/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs.h"

#include "../log.h"
#include "../printable.h"

#define MAX_IN_A_SECOND 5
#define MAX_LENGTH      500 /* bytes of a message */

static GMutex mutex; /* guards the next two */
static gint64 second;
static guint count; /* messages in that second */

static EffNetLogLevel
get_level(GLogLevelFlags flags)
{
    if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
        return EFFNET_LOG_ERROR;
    return flags & G_LOG_LEVEL_WARNING ? EFFNET_LOG_WARNING : EFFNET_LOG_INFO;
}

/* Whether one more message is printed now. Sets *LEFT_OUT to how many were not, in an earlier
 * second. */
static gboolean
take_turn(guint *left_out)
{
    gint64 now = g_get_monotonic_time() / G_USEC_PER_SEC;
    gboolean is_printed;

    g_mutex_lock(&mutex);
    *left_out = 0;
    if (now != second) {
        *left_out = count > MAX_IN_A_SECOND ? count - MAX_IN_A_SECOND : 0;
        second = now;
        count = 0;
    }
    is_printed = count++ < MAX_IN_A_SECOND;
    g_mutex_unlock(&mutex);
    return is_printed;
}

static void
print_message(const char *domain, GLogLevelFlags level, const char *text, gpointer data)
{
    gboolean is_fatal = (level & G_LOG_FLAG_FATAL) != 0;
    g_autofree char *message = NULL;
    guint left_out;

    if (level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO)) {
        g_log_default_handler(domain, level, text, NULL);
        return;
    }
    if (!take_turn(&left_out) && !is_fatal)
        return;
    if (left_out > 0) {
        message = g_strdup_printf("%u more messages like these were left out", left_out);
        effnet_log(EFFNET_LOG_WARNING, NULL, message);
        g_free(message);
    }
    message = effnet_printable_new(text, MAX_LENGTH);
    if (effnet_log_is_text()) {
        g_log_default_handler(domain, level, message, NULL);
    } else {
        g_autofree char *whole = g_strdup_printf("%s: %s", domain ? domain : "", message);

        effnet_log(get_level(level), NULL, whole);
    }
}

void
effnet_watch_logs_limit(void)
{
    g_log_set_default_handler(print_message, NULL);
}
