// SPDX-License-Identifier: BSD-2-Clause
// Asks for the state twice a second, and for each visible image as soon as the last one has arrived.
// Names, labels and notes are untrusted: they only ever become text.
"use strict";

const SPAN = 120e6; // of the chart, microseconds
const STATE_PAUSE = 500, PICTURE_PAUSE = 120, FAILURE_PAUSE = 1500; // ms
const COLORS = 5;

const summary = document.getElementById("summary");
const template = document.getElementById("stream");
const cards = [];
let after = 0, now = 0;

const inSight = new IntersectionObserver((entries) => {
    for (const entry of entries)
        entry.target.card.visible = entry.isIntersecting;
});

// Redraws at once, since the next state may be late or never come.
const resized = new ResizeObserver((entries) => {
    for (const entry of entries)
        entry.target.closest("article").card.draw();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const card of cards)
        card.draw();
});

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
const percent = (score) => `${(100 * score).toFixed(1)} %`;

function duration(seconds) {
    const whole = Math.round(seconds), pad = (n) => String(n).padStart(2, "0");
    const minutes = Math.floor(whole / 60) % 60, hours = Math.floor(whole / 3600);
    return (hours ? `${hours}:${pad(minutes)}` : minutes) + `:${pad(whole % 60)}`;
}

class Card {
    constructor(number) {
        this.root = template.content.cloneNode(true).firstElementChild;
        this.root.card = this;
        this.image = this.root.querySelector("img");
        this.canvas = this.root.querySelector("canvas");
        this.number = number;
        this.samples = [];
        this.colors = new Map(); // class to color, of those in the chart
        this.labels = {};
        document.getElementById("streams").append(this.root);
        inSight.observe(this.root);
        resized.observe(this.canvas);
        this.showPictures();
    }

    async showPictures() {
        for (;;) {
            if (!this.visible || document.hidden || (!this.playing && this.image.src)) {
                await pause(FAILURE_PAUSE / 3);
                continue;
            }
            try {
                const answer = await fetch(`streams/${this.number}/picture.jpg`);
                if (answer.status !== 200)
                    throw new Error(answer.statusText);
                const last = this.image.src, picture = await answer.blob();
                this.image.src = URL.createObjectURL(picture);
                await this.image.decode();
                if (last)
                    URL.revokeObjectURL(last);
                await pause(PICTURE_PAUSE);
            } catch {
                await pause(FAILURE_PAUSE);
            }
        }
    }

    update(stream) {
        this.playing = stream.phase === "playing";
        this.name = stream.name;
        this.root.className = stream.phase + (this.playing || stream.phase === "ended" ? "" : " still");
        this.text("h2", stream.name);
        this.text(".phase", this.playing ? "live" : stream.phase);
        this.text(".note", stream.note);
        this.text(".rate", this.rate(stream));
        this.image.alt = `What ${stream.name} shows`;
        this.showProgress(stream);
        this.forgetOtherModels(stream);
        Object.assign(this.labels, stream.labels);
        for (const found of stream.classes) // which may be in no sample yet
            this.labels[found.index] = found.label;
        this.samples.push(...stream.samples);
        this.samples = this.samples.filter((sample) => sample[0] > now - SPAN);
        this.chooseColors(stream.classes);
        this.showClasses(stream.classes);
        this.showLegend();
        this.draw();
    }

    // A class with another name is of another model, and so are the lines.
    forgetOtherModels(stream) {
        const found = stream.classes.map(({index, label}) => [index, label]);
        if ([...Object.entries(stream.labels), ...found]
            .every(([index, label]) => (this.labels[index] ?? label) === label))
            return;
        this.samples = [];
        this.labels = {};
        this.colors.clear();
    }

    // The legend has the classes of all lines, including those no longer among the best.
    showLegend() {
        const list = this.root.querySelector(".legend"), lines = [...this.colors];
        while (list.children.length > lines.length)
            list.lastChild.remove();
        lines.forEach(([index, color], k) => {
            const item = list.children[k] ?? list.appendChild(this.newLegendItem());
            item.firstChild.style.background = `var(--${color})`;
            if (item.lastChild.data !== this.labels[index])
                item.lastChild.data = this.labels[index] ?? index;
        });
    }

    newLegendItem() {
        const item = document.createElement("li");
        item.append(document.createElement("span"), "");
        return item;
    }

    text(selector, text) {
        const element = this.root.querySelector(selector);
        if (element.textContent !== text)
            element.textContent = text;
        element.title = text;
    }

    rate(stream) {
        if (!this.playing)
            return `${stream.frames} frames`;
        const size = `${stream.width}×${stream.height}`;
        return `${size}, ${stream.fps.toFixed(1)}/s, ${(1000 * stream.latency).toFixed(0)} ms`;
    }

    showProgress(stream) {
        const bar = this.root.querySelector("progress"), progress = stream.progress;
        bar.hidden = !progress || !this.playing;
        if (bar.hidden)
            return;
        bar.value = progress.fraction;
        this.text(".phase", `${duration(progress.left)} left`);
    }

    showClasses(classes) {
        const list = this.root.querySelector(".classes");
        while (list.children.length > classes.length)
            list.lastChild.remove();
        classes.forEach((found, k) => {
            const row = list.children[k] ?? list.appendChild(this.newRow());
            const [label, bar, score] = row.children;
            label.textContent = label.title = found.label;
            score.textContent = percent(found.score);
            bar.firstChild.style.width = `${100 * Math.min(1, Math.max(0, found.score))}%`;
            bar.firstChild.style.background = `var(--${this.colors.get(found.index) ?? "other"})`;
        });
    }

    newRow() {
        const row = document.createElement("li");
        for (const name of ["label", "bar", "score"]) {
            const part = row.appendChild(document.createElement("span"));
            part.className = name;
        }
        row.children[1].append(document.createElement("span"));
        return row;
    }

    // The best classes at present, then those with the highest peaks; a class keeps its color.
    chooseColors(classes) {
        const peaks = new Map();
        for (const sample of this.samples)
            for (let i = 1; i < sample.length; i += 2)
                peaks.set(sample[i], Math.max(peaks.get(sample[i]) ?? 0, sample[i + 1]));
        const highest = [...peaks].sort((a, b) => b[1] - a[1]).map(([index]) => index);
        const first = classes.slice(0, 2).map((found) => found.index);
        const best = [...new Set([...first, ...highest])].slice(0, COLORS);
        for (const index of [...this.colors.keys()])
            if (!best.includes(index))
                this.colors.delete(index);
        const free = [...Array(COLORS).keys()].map((c) => `c${c}`)
            .filter((color) => ![...this.colors.values()].includes(color));
        for (const index of best)
            if (!this.colors.has(index))
                this.colors.set(index, free.shift());
    }

    draw() {
        const scale = window.devicePixelRatio || 1, style = getComputedStyle(this.root);
        const width = this.canvas.clientWidth, height = this.canvas.clientHeight;
        this.canvas.width = width * scale;
        this.canvas.height = height * scale;
        const g = this.canvas.getContext("2d");
        g.scale(scale, scale);
        const left = 14, end = width - 14, right = end - 40, top = 10, bottom = height - 20;
        const x = (time) => right - (now - time) / SPAN * (right - left);
        const y = (score) => bottom - Math.min(1, Math.max(0, score)) * (bottom - top);
        this.drawAxes(g, style, {x, y, left, right, end, bottom});
        for (const [index, color] of this.colors)
            this.drawLine(g, index, style.getPropertyValue(`--${color}`), x, y);
    }

    drawAxes(g, style, {x, y, left, right, end, bottom}) {
        g.font = "11px system-ui, sans-serif";
        g.fillStyle = style.getPropertyValue("--faint");
        g.strokeStyle = style.getPropertyValue("--line");
        g.lineWidth = 1;
        g.textBaseline = "middle";
        for (const score of [0, 0.5, 1]) {
            g.beginPath();
            g.moveTo(left, Math.round(y(score)) + 0.5);
            g.lineTo(right, Math.round(y(score)) + 0.5);
            g.stroke();
        }
        g.textAlign = "right";
        for (const score of [0, 0.5, 1])
            g.fillText(`${100 * score} %`, end, y(score));
        g.textAlign = "left";
        g.textBaseline = "top";
        g.fillText("2 min ago", left, bottom + 5);
        g.textAlign = "center";
        g.fillText("1 min", x(now - SPAN / 2), bottom + 5);
        g.textAlign = "right";
        g.fillText("now", right, bottom + 5);
        g.textAlign = "left";
    }

    // A class that is not among the best of a sample is drawn at the bottom there.
    drawLine(g, index, color, x, y) {
        g.strokeStyle = color;
        g.lineWidth = 2;
        g.lineJoin = "round";
        g.beginPath();
        for (const sample of this.samples) {
            let score = 0;
            for (let i = 1; i < sample.length; i += 2)
                if (sample[i] === index)
                    score = sample[i + 1];
            g.lineTo(x(sample[0]), y(score));
        }
        g.stroke();
    }
}

function show(state) {
    if (cards.length > 0 && !(state.streams.length === cards.length &&
                              state.streams.every((stream, i) => stream.name === cards[i].name)))
        location.reload(); // streams came or went, or another process answers
    after = now = state.time;
    state.streams.forEach((stream, i) => (cards[i] ??= new Card(i)).update(stream));
    const playing = state.streams.filter((stream) => stream.phase === "playing").length;
    summary.className = "";
    summary.textContent = `${playing} of ${cards.length} playing`;
}

async function follow() {
    for (;;) {
        try {
            const answer = await fetch(`state.json?after=${after}`);
            if (!answer.ok)
                throw new Error(answer.statusText);
            show(await answer.json());
            await pause(STATE_PAUSE);
        } catch {
            summary.className = "lost";
            summary.textContent = "effnet watch does not answer";
            await pause(FAILURE_PAUSE);
        }
    }
}

follow();
