// SPDX-License-Identifier: BSD-2-Clause
// The tab where classes are taught, if the program was started for that. The address has the token,
// which becomes a cookie that no script can read.
// Names of cameras, classes and pictures are untrusted: they only ever become text.
"use strict";

(() => {
    const TEACH_PAUSE = 1000, SHOWN = 24;
    const id = (name) => document.getElementById(name);
    const view = document.querySelector(".view"), zone = view.querySelector(".zone");
    const picture = view.querySelector("img");
    const address = (path, query) => `teach/${path}?${new URLSearchParams(query)}`;
    let now = null;       // the state
    let shown = null;     // the classes whose pictures are shown
    const limits = new Map(); // how many of a class's pictures are shown, where it is not SHOWN
    let reported = null;  // the model whose report is shown
    let problem = "";     // of the last thing that was asked for

    const make = (name, text = "", attributes = {}) => {
        const element = Object.assign(document.createElement(name), attributes);
        element.textContent = text;
        return element;
    };

    async function post(path, query = {}) {
        problem = "";
        try {
            const answer = await fetch(address(path, query), {method: "POST"});
            if (!answer.ok)
                problem = await answer.text();
        } catch {
            problem = "effnet watch does not answer";
        }
        await refresh();
    }

    // Where one of the program's buttons is pressed, nothing else is asked for until it is answered.
    const onPress = (button, action) => button.addEventListener("click", async () => {
        button.disabled = true;
        await action();
        button.disabled = false;
    });

    function selectTab(name) {
        for (const button of id("tabs").children)
            button.setAttribute("aria-pressed", button.dataset.tab === name);
        id("streams").hidden = name !== "streams";
        id("teach").hidden = name !== "teach";
    }

    function showZone(text) {
        const shares = (text ?? "").split(",").map(Number);
        const isRelative = (text ?? "").includes(".") && shares.length === 4;
        zone.hidden = !isRelative;
        id("whole").hidden = !text;
        if (isRelative)
            ["left", "top", "width", "height"].forEach((side, i) => {
                zone.style[side] = `${100 * shares[i]}%`;
            });
    }

    // Draws a zone while the pointer is down; a mere press draws none.
    function followPointer() {
        let start = null;
        const place = (event) => {
            const box = view.getBoundingClientRect();
            const share = (at, from, size) => Math.min(1, Math.max(0, (at - from) / size));
            return [share(event.clientX, box.left, box.width), share(event.clientY, box.top, box.height)];
        };
        const draw = (end) => [Math.min(start[0], end[0]), Math.min(start[1], end[1]),
                               Math.abs(start[0] - end[0]), Math.abs(start[1] - end[1])]
            .map((share) => share.toFixed(4)).join(",");
        view.addEventListener("pointerdown", (event) => {
            start = place(event);
            view.setPointerCapture(event.pointerId);
        });
        view.addEventListener("pointermove", (event) => {
            if (start)
                showZone(draw(place(event)));
        });
        view.addEventListener("pointercancel", () => { start = null; });
        view.addEventListener("pointerup", async (event) => {
            const text = start && draw(place(event)), [, , w, h] = (text ?? "0,0,0,0").split(",").map(Number);
            start = null;
            if (w >= 0.02 && h >= 0.02)
                await post("zone", {stream: id("camera").value, zone: text});
            else
                showZone(stream()?.zone);
        });
        view.isDrawing = () => start !== null;
    }

    const stream = () => now?.streams[id("camera").value];

    function showCameras() {
        const select = id("camera");
        while (select.options.length < now.streams.length)
            select.add(new Option(now.streams[select.options.length].name, select.options.length));
        if (!view.isDrawing())
            showZone(stream().zone);
        picture.alt = `What ${stream().name} shows`;
    }

    function showCollection() {
        const {class: name, left, taken, error} = stream();
        id("stop").hidden = name === null;
        const text = problem || error ||
            (name !== null ? `${name}: ${taken} taken, ${left} s left` : taken ? `${taken} taken` : "");
        id("taken").textContent = text;
        id("taken").className = problem || error ? "failed" : "";
        id("classes").replaceChildren(...now.classes.map((one) => new Option("", one.name)));
    }

    function newFigure(from, name, file) {
        const figure = make("figure"), query = {from, class: name, name: file};
        if (/\.(jpe?g|png|webp)$/i.test(file))
            figure.append(make("img", "", {src: address("picture", query), alt: file, loading: "lazy"}));
        else
            figure.append(make("figcaption", file));
        const remove = make("button", "×", {type: "button", title: `Remove ${file}`});
        remove.setAttribute("aria-label", remove.title);
        onPress(remove, () => post("remove", query));
        figure.append(remove);
        if (from === "unsure") {
            const accept = make("button", "✓", {type: "button", className: "accept"});
            accept.title = "Learn from it as the class that is named above, or else as this one";
            accept.setAttribute("aria-label", accept.title);
            onPress(accept, () => post("accept", {class: name, name: file, as: id("class").value || name}));
            figure.append(accept);
        }
        return figure;
    }

    async function newClass(from, {name, files}) {
        const answer = await fetch(address("pictures.json", {from, class: name}));
        const names = answer.ok ? await answer.json() : [];
        const key = `${from}/${name}`, limit = limits.get(key) ?? SHOWN;
        const box = make("div", "", {className: "class"}), title = make("h3", name);
        title.append(make("span", ` ${files} picture${files === 1 ? "" : "s"}`));
        const thumbs = make("div", "", {className: "thumbs"});
        thumbs.append(...names.slice(0, limit).map((file) => newFigure(from, name, file)));
        box.append(title, thumbs);
        if (names.length > limit) {
            const more = make("button", "Show more", {type: "button", className: "more"});
            onPress(more, async () => {
                limits.set(key, 4 * limit);
                shown = null;
                await refresh();
            });
            box.append(more);
        }
        box.dataset.key = JSON.stringify([name, files, names.slice(0, limit)]);
        return box;
    }

    // Only classes whose pictures have changed are drawn anew.
    async function showPictures(from, classes) {
        const list = id(from), old = [...list.children];
        const boxes = await Promise.all(classes.map((one) => newClass(from, one)));
        list.replaceChildren(...boxes.map((box) =>
            old.find((before) => before.dataset.key === box.dataset.key) ?? box));
    }

    async function showAllPictures() {
        const key = JSON.stringify([now.classes, now.unsure]);
        if (key === shown)
            return;
        shown = key;
        id("unsure-title").hidden = !now.unsure?.length;
        await showPictures("taught", now.classes);
        await showPictures("unsure", now.unsure ?? []);
    }

    const share = (value) => value === null || value === undefined ? "–" : `${(100 * value).toFixed(1)} %`;

    async function showReport() {
        if (now.current === reported)
            return;
        reported = now.current;
        const box = id("report");
        box.replaceChildren();
        if (reported === null)
            return;
        const answer = await fetch(address("report", {model: reported, as: "json"}));
        if (!answer.ok)
            return;
        const report = await answer.json();
        const isKnown = typeof report.accuracy === "number";
        box.append(make("p", !isKnown ?
            "How good it is cannot be told yet: collect each class at several times." :
            `Accuracy ${share(report.accuracy)}, of pictures that were held back ` +
            `(95 % interval: ${share(report.interval?.[0])} to ${share(report.interval?.[1])})`));
        if (!isKnown)
            return;
        const table = make("table"), head = make("tr");
        for (const title of ["class", "pictures", "recall", "precision"])
            head.append(make("th", title));
        table.append(head);
        for (const one of report.classes ?? []) {
            const row = make("tr");
            for (const text of [one.label, one.pictures, share(one.recall), share(one.precision)])
                row.append(make("td", text));
            table.append(row);
        }
        box.append(table);
    }

    function newModel(name, text) {
        const item = make("li"), use = make("button", "Use", {type: "button"});
        item.append(make("span", text + (name === now.current ? ", in use" : "")));
        if (name !== null)
            item.append(make("a", "report", {href: address("report", {model: name, as: "html"}),
                                             target: "_blank"}));
        use.hidden = name === now.current;
        onPress(use, () => post("use", name === null ? {} : {model: name}));
        item.append(use);
        return item;
    }

    function showLearning() {
        const learning = now.learning !== null, models = JSON.stringify([now.models, now.current]);
        id("learn").disabled = learning || now.classes.length < 2;
        id("cancel").hidden = !learning;
        id("progress").textContent = learning ? `learning for ${now.learning} s` : now.failure ??
            (now.classes.length < 2 ? "Collect pictures of two classes at least, then learn." : "");
        id("progress").className = now.failure && !learning ? "failed" : "";
        if (id("models").dataset.key === models)
            return;
        id("models").dataset.key = models;
        id("models").replaceChildren(...now.models.map((name) => newModel(name, name)),
                                     newModel(null, "the model that it started with"));
        id("models").hidden = !now.models.length;
    }

    async function refresh() {
        const answer = await fetch("teach/state.json");
        id("locked").hidden = answer.ok;
        for (const part of document.querySelectorAll("#teach section"))
            part.hidden = !answer.ok;
        if (!answer.ok) {
            id("locked").textContent = await answer.text();
            return answer.status;
        }
        now = await answer.json();
        showCameras();
        showCollection();
        showLearning();
        await showReport();
        await showAllPictures();
        return answer.status;
    }

    async function showView() {
        for (;;) {
            await pause(PICTURE_PAUSE);
            if (id("teach").hidden || document.hidden || !now)
                continue;
            try {
                const answer = await fetch(`streams/${id("camera").value}/picture.jpg`);
                if (answer.status !== 200)
                    throw new Error(answer.statusText);
                const last = picture.src;
                picture.src = URL.createObjectURL(await answer.blob());
                await picture.decode();
                if (last)
                    URL.revokeObjectURL(last);
            } catch {
                await pause(FAILURE_PAUSE);
            }
        }
    }

    function listen() {
        for (const button of id("tabs").children)
            button.addEventListener("click", () => selectTab(button.dataset.tab));
        id("camera").addEventListener("change", () => { picture.removeAttribute("src"); refresh(); });
        id("collect").addEventListener("submit", (event) => {
            event.preventDefault();
            post("collect", {stream: id("camera").value, class: id("class").value.trim(),
                             seconds: event.submitter?.value ?? 0});
        });
        onPress(id("stop"), () => post("stop", {stream: id("camera").value}));
        onPress(id("whole"), () => post("zone", {stream: id("camera").value}));
        onPress(id("learn"), () => post("learn"));
        onPress(id("cancel"), () => post("cancel"));
        followPointer();
    }

    // The token leaves the address, so that nobody reads it there or in the history.
    async function openSession() {
        const token = new URLSearchParams(location.hash.slice(1)).get("teach");
        if (token)
            history.replaceState(null, "", location.pathname + location.search);
        await fetch("session", {method: "POST", headers: token ? {Authorization: `Bearer ${token}`} : {}});
    }

    async function start() {
        await openSession();
        listen();
        if (await refresh() === 404) // nothing can be taught
            return;
        id("tabs").hidden = false;
        showView();
        for (;;) {
            await pause(TEACH_PAUSE);
            if (id("teach").hidden || document.hidden)
                continue;
            try {
                await refresh();
            } catch {
                id("taken").textContent = "effnet watch does not answer";
            }
        }
    }

    start();
})();
