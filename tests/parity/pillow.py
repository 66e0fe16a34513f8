#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The path from frame to tensor against Pillow: pillow.py PREPROCESS [IMAGES].

R'G'B' and grey frames: equal bit for bit to Pillow's resize with torchvision's crop.

Y'CbCr frames: within one level of R'G'B' converted in full precision, resized by Pillow, then
rounded. Against R'G'B' rounded and clipped to 8 bits before it is resized there is more difference
where colours lie outside the R'G'B' cube (subsampled chroma at the edges of things): 99 % of samples
within one level, which is asserted too.
"""
import glob
import math
import os
import subprocess
import sys

try:
    import numpy as np
    from PIL import Image
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

PREPROCESS = sys.argv[1]
IMAGES = sorted(glob.glob(os.path.join(sys.argv[2], "*"))) if len(sys.argv) > 2 else []
FILTERS = {1: Image.BILINEAR, 2: Image.BICUBIC}
CROP, STRETCH, LETTERBOX = 1, 2, 3
MEAN = np.rint(np.array([0.485, 0.456, 0.406]) * 255).astype(np.uint8)
H_COSITED, V_COSITED = 1, 2
WEIGHTS = [(0.299, 0.114), (0.2126, 0.0722), (0.2627, 0.0593)]
RGB_ORDERS = {"RGB": (0, 1, 2), "BGR": (2, 1, 0), "RGBX": (0, 1, 2, 3), "BGRX": (2, 1, 0, 3),
              "XRGB": (3, 0, 1, 2), "XBGR": (3, 2, 1, 0)}


def ours(data, width, height, **options):
    options = {"width": width, "height": height, **options}
    args = [f"{key.replace('_', '-')}={value}" for key, value in options.items()]
    result = subprocess.run([PREPROCESS, *args], input=data.tobytes(), stdout=subprocess.PIPE,
                            check=True).stdout
    size = options["resolution"]
    return np.frombuffer(result, np.uint8).reshape(size, size, 3)


def theirs(rgb, **options):
    if rgb.dtype == np.uint8:
        return resized(Image.fromarray(rgb), **options)
    planes = [resized(Image.fromarray(rgb[:, :, c].astype(np.float32)), **options)
              for c in range(3)]
    return np.clip(np.rint(np.dstack(planes)), 0, 255).astype(np.uint8)


def pixels(image):
    return np.asarray(image if image.mode == "F" else image.convert("RGB"))


def resize_anyhow(image, size, method):
    """Newer Pillows may resize vertically first if the aspect ratio changes; ours do not."""
    return image.resize((size[0], image.height), method).resize(size, method)


def resized(image, resolution=224, mode=CROP, interpolation=2, crop=0.875, region=None):
    if region:
        x, y, w, h = map(int, region.split(","))
        image = image.crop((x, y, x + w, y + h))
    method = FILTERS[interpolation]
    width, height = image.size
    if mode == STRETCH:
        return pixels(resize_anyhow(image, (resolution, resolution), method))
    if mode == LETTERBOX:
        longer = max(width, height)
        size = [max((n * resolution + longer // 2) // longer, 1) for n in image.size]
        result = np.empty((resolution, resolution, 3), np.uint8)
        result[:] = MEAN
        x, y = [(resolution - n) // 2 for n in size]
        small = pixels(resize_anyhow(image, size, method))
        result[y:y + size[1], x:x + size[0]] = small
        return result
    # timm: Resize(floor(size / crop)), CenterCrop(size)
    short = math.floor(resolution / crop)
    if width <= height:
        size = short, int(short * height / width)
    else:
        size = int(short * width / height), short
    left, top = [int(round((n - resolution) / 2.0)) for n in size]
    image = image.resize(size, method).crop((left, top, left + resolution, top + resolution))
    return pixels(image)


def check_exact(name, rgb, layout="RGB", **options):
    options = {"resolution": 224, **options}
    height, width = rgb.shape[:2]
    data = rgb
    if layout != "GRAY8":
        four = np.dstack([rgb, np.full(rgb.shape[:2], 77, np.uint8)])
        data = four[:, :, RGB_ORDERS[layout]]
    got = ours(np.ascontiguousarray(data), width, height, format=layout, **options)
    expected = theirs(rgb, **options)
    difference = np.abs(got.astype(int) - expected)
    if difference.any():
        sys.exit(f"{name} {width}x{height} {layout} {options}: {np.count_nonzero(difference)} "
                 f"samples differ, by up to {difference.max()}")
    return 1


def photographs(count, step=1):
    for path in IMAGES[::step][:count]:
        yield os.path.basename(path), np.asarray(Image.open(path).convert("RGB"))


def pattern(kind, width, height, random):
    y, x = np.mgrid[0:height, 0:width]
    if kind == "noise":
        return random.integers(0, 256, (height, width, 3), np.uint8)
    if kind == "checkerboard":
        return np.repeat(((x + y) % 2 * 255).astype(np.uint8)[:, :, None], 3, 2)
    if kind == "gradient":
        planes = x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), (x + y) % 256
        return np.dstack(planes).astype(np.uint8)
    return np.full((height, width, 3), 255, np.uint8)


def test_rgb(random):
    count = 0
    sizes = [(1, 1), (1, 2), (3, 1), (2, 7), (17, 5), (63, 65), (224, 224), (256, 256), (300, 2),
             (2, 300), (223, 225), (500, 333), (641, 479), (1500, 31), (31, 1500), (4097, 3),
             (1280, 720)]
    for width, height in sizes:
        for kind in "noise", "checkerboard", "gradient", "white":
            rgb = pattern(kind, width, height, random)
            for interpolation in FILTERS:
                for mode in CROP, STRETCH, LETTERBOX:
                    count += check_exact(kind, rgb, mode=mode, interpolation=interpolation)
    for layout in RGB_ORDERS:
        for width, height in (5, 4), (97, 131), (400, 301):
            rgb = pattern("noise", width, height, random)
            count += check_exact("noise", rgb, layout)
            count += check_exact("noise", rgb, layout, region=f"1,2,{width - 2},{height - 3}")
    for resolution, crop in (240, 0.882), (260, 0.89), (300, 0.904), (276, 0.92), (33, 1), (1, 1):
        rgb = pattern("noise", 517, 389, random)
        count += check_exact("noise", rgb, resolution=resolution, crop=crop)
        count += check_exact("noise", rgb, resolution=resolution, crop=crop, region="7,5,211,300")
    for width, height in (1, 1), (77, 50), (613, 411):
        grey = pattern("noise", width, height, random)[:, :, 0].copy()
        for mode in CROP, STRETCH, LETTERBOX:
            count += check_exact("grey", grey, "GRAY8", mode=mode)
    for name, rgb in photographs(8, 12):
        for interpolation in FILTERS:
            count += check_exact(name, rgb, interpolation=interpolation)
            count += check_exact(name, rgb, mode=STRETCH, interpolation=interpolation)
        count += check_exact(name, rgb, "BGRX", resolution=380, crop=0.922)
        h, w = rgb.shape[:2]
        count += check_exact(name, rgb, region=f"{w // 3},{h // 5},{w // 2},{h // 3}")
    print(f"R'G'B' and grey: {count} results equal bit for bit")


def matrix_of(matrix):
    r, b = WEIGHTS[matrix]
    luma = np.array([r, 1 - r - b, b])
    return np.array([luma, (np.array([0, 0, 1]) - luma) / (2 * (1 - b)),
                     (np.array([1, 0, 0]) - luma) / (2 * (1 - r))])


def halve(plane, axis, cosited):
    plane = np.moveaxis(plane, axis, 0)
    n = plane.shape[0]
    before = plane[np.maximum(np.arange(0, n, 2) - 1, 0)]
    after = plane[np.minimum(np.arange(0, n, 2) + 1, n - 1)]
    here = plane[0::2]
    half = (before + 2 * here + after) / 4 if cosited else (here + after) / 2
    return np.moveaxis(half, 0, axis)


def double(plane, axis, cosited, n):
    """Linear interpolation between sample positions; the first and the last samples are
    repeated."""
    plane = np.moveaxis(plane, axis, 0)
    at = np.clip((np.arange(n) - (0 if cosited else 0.5)) / 2, 0, plane.shape[0] - 1)
    low = np.floor(at).astype(int)
    part = (at - low).reshape(-1, *[1] * (plane.ndim - 1))
    result = plane[low] * (1 - part) + plane[np.minimum(low + 1, plane.shape[0] - 1)] * part
    return np.moveaxis(result, 0, axis)


def to_frame(rgb, layout, matrix, full_range, site):
    """The frame's bytes, and its R'G'B' converted back in full precision."""
    height, width = rgb.shape[:2]
    ycc = rgb.astype(float) @ matrix_of(matrix).T
    scale = (1, 1) if full_range else (219 / 255, 224 / 255)
    zero = 0 if full_range else 16
    y = np.clip(np.rint(ycc[:, :, 0] * scale[0] + zero), 0, 255)
    chroma = halve(ycc[:, :, 1:] * scale[1] + 128, 1, site & H_COSITED)
    if layout != "YUY2":
        chroma = halve(chroma, 0, site & V_COSITED)
    chroma = np.clip(np.rint(chroma), 0, 255)
    if layout == "YUY2":
        even = np.pad(y, ((0, 0), (0, width % 2)), mode="edge")
        data = np.stack([even[:, 0::2], chroma[:, :, 0], even[:, 1::2], chroma[:, :, 1]], 2)
    elif layout == "NV12":
        data = np.concatenate([y.ravel(), chroma.ravel()])
    else:
        data = np.concatenate([y.ravel(), chroma[:, :, 0].ravel(), chroma[:, :, 1].ravel()])
    whole = double(chroma, 1, site & H_COSITED, width)
    if layout != "YUY2":
        whole = double(whole, 0, site & V_COSITED, height)
    back = np.dstack([(y - zero) / scale[0], (whole - 128) / scale[1]])
    back = back @ np.linalg.inv(matrix_of(matrix)).T
    return data.astype(np.uint8), back


def differences_of(rgb, layout, matrix, full_range, site, **options):
    height, width = rgb.shape[:2]
    options = {"resolution": 224, **options}
    data, back = to_frame(rgb, layout, matrix, full_range, site)
    got = ours(data, width, height, format=layout, matrix=matrix, full_range=full_range, site=site,
               **options).astype(int)
    clipped = np.clip(np.rint(back), 0, 255).astype(np.uint8)
    return [np.abs(got - theirs(reference, **options)).ravel() for reference in (back, clipped)]


def describe(difference):
    return (f"max {difference.max()}, 99.9 % {np.percentile(difference, 99.9):g}, "
            f"mean {difference.mean():.4f}, above 1: {100 * np.mean(difference > 1):.4f} %")


def check_close(name, case, pictures, near=0.01, **options):
    """NEAR: the share of samples that may differ by more than one level from those clipped
    first."""
    pairs = [differences_of(rgb, *case, **options) for rgb in pictures]
    full, clipped = [np.concatenate(parts) for parts in zip(*pairs)]
    print(f"{name}: full precision: {describe(full)}; clipped first: {describe(clipped)}")
    if full.max() > 1 or np.mean(clipped > 1) > near:
        sys.exit(f"{name}: too far from the reference")


def test_ycbcr(random):
    cases = {"NV12 bt709": ("NV12", 1, 0, H_COSITED), "I420 bt601 full": ("I420", 0, 1, 0),
             "YUY2 bt601": ("YUY2", 0, 0, H_COSITED),
             "I420 bt2020 both cosited": ("I420", 2, 0, H_COSITED | V_COSITED)}
    ways = {"crop": {}, "bilinear": {"interpolation": 1}, "stretch": {"mode": STRETCH},
            "upscaled": {"resolution": 600, "region": "41,33,201,155"}}
    for name, case in cases.items():
        for way, options in ways.items():
            pictures = [rgb for _, rgb in photographs(8, 12)]
            if pictures:
                check_close(f"photographs, {name}, {way}", case, pictures, **options)
        for kind in "noise", "gradient":
            sizes = [(1, 1), (2, 1), (1, 3), (5, 5), (64, 33), (301, 227), (1001, 7)]
            pictures = [pattern(kind, width, height, random) for width, height in sizes]
            check_close(f"{kind}, {name}", case, pictures, near=1, mode=STRETCH)


def main():
    random = np.random.default_rng(3)
    test_rgb(random)
    test_ycbcr(random)


main()
