/* SPDX-License-Identifier: BSD-2-Clause */
/* Models, that is checkpoints opened and recognised; finding installed models; label files. */
#ifndef EFFNET_MODEL_H
#define EFFNET_MODEL_H

#include <effnet/arch.h>
#include <effnet/precision.h>

G_BEGIN_DECLS

/* A network with its weights, folded and packed for this CPU. Immutable and reference counted: any
 * number of sessions, on any threads, share a model. */
typedef struct _EffNetModel EffNetModel;

/* Where a convolution's padding goes. */
typedef enum {
    EFFNET_PADDING_AUTO,      /* as the checkpoint was trained */
    EFFNET_PADDING_SAME,      /* TensorFlow's: an odd pixel goes right and below */
    EFFNET_PADDING_SYMMETRIC, /* PyTorch's: (kernel - 1) / 2 on every side */
} EffNetPadding;

/* The filter that resizes a frame. */
typedef enum {
    EFFNET_INTERPOLATION_AUTO,     /* as the checkpoint was trained */
    EFFNET_INTERPOLATION_BILINEAR, /* antialiased, as in Pillow */
    EFFNET_INTERPOLATION_BICUBIC,  /* antialiased, a = -0.5, as in Pillow */
} EffNetInterpolation;

/* How a region of any shape becomes the network's square input. */
typedef enum {
    EFFNET_RESIZE_AUTO,        /* as the network was trained */
    EFFNET_RESIZE_CENTER_CROP, /* the shorter side to resolution / crop fraction, then the centre */
    EFFNET_RESIZE_STRETCH,     /* the whole region, without keeping its shape */
    EFFNET_RESIZE_LETTERBOX,   /* the whole region, keeping its shape, on the mean colour */
} EffNetResizeMode;

/* What turns logits into scores. */
typedef enum {
    EFFNET_ACTIVATION_AUTO,    /* what the checkpoint says; softmax if it says nothing */
    EFFNET_ACTIVATION_SOFTMAX, /* scores add up to 1 */
    EFFNET_ACTIVATION_SIGMOID, /* each class by itself, from 0 to 1 */
    EFFNET_ACTIVATION_NONE,    /* the scores are the logits */
} EffNetActivation;

/* Overrides what was recognised, where a checkpoint says it wrongly or not at all. Zero-initialise
 * it; 0 and NULL mean as recognised. */
typedef struct {
    const char *arch; /* a name that effnet_arch_new() knows */
    guint resolution; /* pixels of a side */
    gboolean set_mean, set_std;
    float mean[3], std[3]; /* of pixels scaled to 0..1, in RGB order */
    EffNetPadding padding;
    double epsilon;            /* batch norm's */
    EffNetPrecision precision; /* EFFNET_ERROR_SETTINGS if model or CPU cannot do it */
    const char *cache; /* a folder for packed weights, created if needed, from which the same file
                        * is opened faster next time; NULL: none */
} EffNetModelOptions;

/* How a checkpoint was recognised. All of it is owned by the model. */
typedef struct {
    const char *path;      /* as opened; NULL for random weights */
    const char *name;      /* the file's name without folder and suffix, or the arch's */
    const char *arch;      /* effnet_arch_get_name() */
    const char *naming;    /* whose tensor names it has: timm, torchvision, lukemelas, … */
    guint resolution;      /* the side of the square input, in pixels */
    guint in_channels;     /* 3, or 1 for grey */
    guint n_classes;       /* 0: no classifier */
    guint n_features;      /* length of the pooled feature vector */
    float mean[3], std[3]; /* of pixels scaled to 0..1, in RGB order */
    float crop_fraction;   /* the part of the shorter side that is seen */
    EffNetInterpolation interpolation;
    EffNetPadding padding;
    double epsilon;              /* batch norm's */
    EffNetActivation activation; /* never AUTO */
    EffNetPrecision precision;   /* never AUTO */
    const char *const *labels;   /* n_classes labels, NULL-terminated; NULL: unknown */
    const char *const *origins;  /* "what: value (from where)", NULL-terminated, for effnet info */
    guint64 params;
    EffNetResizeMode resize_mode; /* CENTER_CROP or STRETCH */
    gboolean has_known; /* it was learned by effnet learn and keeps what resembles its pictures */
    float known_similarity;     /* the similarity from which something is known, if HAS_KNOWN */
    const char *labels_warning; /* why the labels that the file names are not used, a sentence that
                                 * begins with where they are; NULL: nothing is wrong with them */
} EffNetModelInfo;

/* Opens a checkpoint: .safetensors, or .pth/.pt in zip or legacy form. OPTIONS may be NULL; they
 * are not needed afterwards. The caller owns the reference. Any thread may call it. Tensors are
 * read one by one, so that the peak of memory is the packed weights and one tensor. The file is not
 * trusted: nothing in it is executed, and what cannot be used gives NULL and
 * EFFNET_ERROR_NOT_FOUND, FORMAT, MODEL, SETTINGS or MEMORY. */
EffNetModel *effnet_model_open(const char *path, const EffNetModelOptions *options, GError **error);

/* The folder for EffNetModelOptions.cache that the element and the program use:
 * "efficientnet/weights" under the user's cache folder. Static. */
const char *effnet_model_get_cache_folder(void);

/* The network ARCH, with random weights that depend on SEED and with N_CLASSES classes (0: 1000),
 * for measurements and tests. OPTIONS may be NULL. The caller owns the reference; the model adds
 * its own to ARCH. NULL and EFFNET_ERROR_SETTINGS or MEMORY. */
EffNetModel *effnet_model_new_random(EffNetArch *arch, guint32 seed, guint n_classes,
                                     const EffNetModelOptions *options, GError **error);

/* Adds a reference and returns MODEL. Any thread may call it. */
EffNetModel *effnet_model_ref(EffNetModel *model);

/* Removes a reference; the last one frees the model. Any thread may call it. */
void effnet_model_unref(EffNetModel *model);

/* How MODEL was recognised. Owned by MODEL. */
const EffNetModelInfo *effnet_model_get_info(const EffNetModel *model);

/* How similar FEATURES, n_features of them, are to those of the pictures that MODEL was learned
 * from: the cosine to the most similar one, -1 to 1; 1 if MODEL keeps none of them. Any thread may
 * call it. */
float effnet_model_get_similarity(const EffNetModel *model, const float *features);

/* The path of the model NAME: NAME itself if it is a file; otherwise NAME.safetensors, NAME.pth or
 * NAME/model.safetensors (a folder of the Hugging Face hub) in efficientnet/models under the user's
 * and the system's data folders. NULL and "" mean "default", or the only model if none is called
 * so. The caller frees the path with g_free(). NULL and EFFNET_ERROR_NOT_FOUND, which says where it
 * looked and how to get a model. */
char *effnet_model_find(const char *name, GError **error);

/* The same, looking first in FOLDERS: NULL-terminated, empty ones are skipped; or NULL. */
char *effnet_model_find_in(const char *name, const char *const *folders, GError **error);

/* Reads labels, one per line, from a UTF-8 text of at most 16 MB; blank lines at its end are
 * ignored. NULL-terminated; the caller frees them with g_strfreev(). If their number is not
 * N_CLASSES, NULL and EFFNET_ERROR_SETTINGS, naming both numbers; otherwise NOT_FOUND or FORMAT. */
char **effnet_labels_load(const char *path, guint n_classes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetModel, effnet_model_unref)

G_END_DECLS

#endif
