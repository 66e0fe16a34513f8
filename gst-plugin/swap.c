/* SPDX-License-Identifier: BSD-2-Clause */
#include "swap.h"

struct _GstEfficientNetSwap {
    GstEfficientNetSwapRefused refused;
    gpointer user_data;
    GThread *thread; /* started with the first request */

    GMutex lock; /* guards what follows */
    GCond changed;
    gboolean quit;
    gboolean wanted; /* SETTINGS are to be opened */
    GstEfficientNetModelSettings settings;
    guint serial;
    GstEfficientNetClassifier *opened;
    GstEfficientNetModelSettings opened_settings;
    guint opened_serial;
    GSList *retired; /* of GstEfficientNetClassifier */
};

GstEfficientNetSwap *
gst_efficientnet_swap_new(GstEfficientNetSwapRefused refused, gpointer user_data)
{
    GstEfficientNetSwap *self = g_new0(GstEfficientNetSwap, 1);

    self->refused = refused;
    self->user_data = user_data;
    g_mutex_init(&self->lock);
    g_cond_init(&self->changed);
    return self;
}

static void
free_list(GSList *classifiers)
{
    g_slist_free_full(classifiers, (GDestroyNotify)gst_efficientnet_classifier_free);
}

void
gst_efficientnet_swap_free(GstEfficientNetSwap *self)
{
    if (self->thread) {
        g_mutex_lock(&self->lock);
        self->quit = TRUE;
        g_cond_signal(&self->changed);
        g_mutex_unlock(&self->lock);
        g_thread_join(self->thread);
    }
    gst_efficientnet_model_settings_clear(&self->settings);
    gst_efficientnet_model_settings_clear(&self->opened_settings);
    g_clear_pointer(&self->opened, gst_efficientnet_classifier_free);
    free_list(self->retired);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->changed);
    g_free(self);
}

/* Called with the lock held, which is released meanwhile. */
static void
open_wanted(GstEfficientNetSwap *self)
{
    g_auto(GstEfficientNetModelSettings) settings = self->settings;
    g_autoptr(GstEfficientNetClassifier) classifier = NULL;
    g_autoptr(GError) error = NULL;
    guint serial = self->serial;

    self->settings = (GstEfficientNetModelSettings){0};
    self->wanted = FALSE;
    g_mutex_unlock(&self->lock);
    classifier = gst_efficientnet_classifier_open(&settings, TRUE, &error);
    if (!classifier)
        self->refused(self->user_data, serial, error);
    g_mutex_lock(&self->lock);
    if (classifier && !self->wanted) {
        self->opened = g_steal_pointer(&classifier);
        self->opened_serial = serial;
        gst_efficientnet_model_settings_clear(&self->opened_settings);
        self->opened_settings = settings;
        settings = (GstEfficientNetModelSettings){0};
    }
}

static void
free_retired(GstEfficientNetSwap *self)
{
    GSList *retired = g_steal_pointer(&self->retired);

    g_mutex_unlock(&self->lock);
    free_list(retired);
    g_mutex_lock(&self->lock);
}

static gpointer
work(gpointer data)
{
    GstEfficientNetSwap *self = data;

    g_mutex_lock(&self->lock);
    while (!self->quit) {
        if (self->retired)
            free_retired(self);
        else if (self->wanted)
            open_wanted(self);
        else
            g_cond_wait(&self->changed, &self->lock);
    }
    g_mutex_unlock(&self->lock);
    return NULL;
}

/* Leaves CLASSIFIER, which is no longer wanted, to the thread. Called with the lock held. */
static void
retire(GstEfficientNetSwap *self, GstEfficientNetClassifier *classifier)
{
    self->retired = g_slist_prepend(self->retired, classifier);
    g_cond_signal(&self->changed);
}

gboolean
gst_efficientnet_swap_request(GstEfficientNetSwap *self,
                              const GstEfficientNetModelSettings *settings, guint serial,
                              GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    if (!self->thread)
        self->thread = g_thread_try_new("efficientnet-swap", work, self, error);
    if (!self->thread) {
        g_prefix_error(error, "model: there is no thread to open another one on: ");
        return FALSE;
    }
    gst_efficientnet_model_settings_clear(&self->settings);
    gst_efficientnet_model_settings_copy(&self->settings, settings);
    self->serial = serial;
    self->wanted = TRUE;
    if (self->opened)
        retire(self, g_steal_pointer(&self->opened));
    g_cond_signal(&self->changed);
    return TRUE;
}

GstEfficientNetClassifier *
gst_efficientnet_swap_take(GstEfficientNetSwap *self, GstEfficientNetModelSettings *settings,
                           guint *serial)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    if (!self->opened)
        return NULL;
    *serial = self->opened_serial;
    *settings = self->opened_settings;
    self->opened_settings = (GstEfficientNetModelSettings){0};
    return g_steal_pointer(&self->opened);
}

void
gst_efficientnet_swap_retire(GstEfficientNetSwap *self, GstEfficientNetClassifier *classifier)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    retire(self, classifier);
}
