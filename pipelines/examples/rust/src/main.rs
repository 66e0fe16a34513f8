// SPDX-License-Identifier: BSD-2-Clause
//! Labels in a Rust program: frames from an appsink, and what the element attached to each of them.
//! Needs GStreamer's bindings for Rust (Debian, from 14 on: librust-gstreamer-app-dev), and no header
//! of this project. The arguments are a pipeline up to the element:
//!
//!     cargo run -- filesrc location=film.mp4 ! decodebin ! videoconvert ! efficientnet
use std::error::Error;

use gst::meta::CustomMeta;
use gst::prelude::*;

/// Of each result the classes, best first, as (label, score).
fn read_results(buffer: &gst::BufferRef) -> Result<Vec<Vec<(String, f32)>>, Box<dyn Error>> {
    let Ok(meta) = CustomMeta::from_buffer(buffer, "GstEfficientNetMeta") else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();

    for value in meta.structure().get::<gst::List>("results")?.iter() {
        let result = value.get::<gst::Structure>()?;
        let labels = result.get::<gst::Array>("labels")?;
        let scores = result.get::<gst::Array>("scores")?;
        let mut classes = Vec::new();

        for (label, score) in labels.iter().zip(scores.iter()) {
            classes.push((label.get::<String>()?, score.get::<f32>()?));
        }
        found.push(classes);
    }
    Ok(found)
}

/// Prints a line for each result.
fn print_results(results: &[Vec<(String, f32)>]) {
    for classes in results {
        let texts: Vec<String> = classes
            .iter()
            .map(|(label, score)| format!("{:.1} % {label}", score * 100.0))
            .collect();

        println!("{}", texts.join(", "));
    }
}

/// What went wrong in PIPELINE, if anything did.
fn check(pipeline: &gst::Element) -> Result<(), Box<dyn Error>> {
    let bus = pipeline.bus().ok_or("the pipeline has no bus")?;

    match bus.pop_filtered(&[gst::MessageType::Error]) {
        Some(message) => match message.view() {
            gst::MessageView::Error(error) => Err(error.error().to_string().into()),
            _ => Ok(()),
        },
        None => Ok(()),
    }
}

fn run(line: &str) -> Result<(), Box<dyn Error>> {
    gst::init()?;
    let pipeline = gst::parse::launch(&format!("{line} ! appsink name=end sync=false"))?;
    let sink = pipeline
        .downcast_ref::<gst::Bin>()
        .and_then(|bin| bin.by_name("end"))
        .and_downcast::<gst_app::AppSink>()
        .ok_or("give a pipeline that ends with the element")?;
    let started = pipeline.set_state(gst::State::Playing);

    while let (Ok(_), Ok(sample)) = (started, sink.pull_sample()) {
        print_results(&read_results(sample.buffer().ok_or("a sample has no buffer")?)?);
    }
    let outcome = check(&pipeline).and(started.map(|_| ()).map_err(Into::into));

    pipeline.set_state(gst::State::Null)?;
    outcome
}

fn main() -> std::process::ExitCode {
    let line: Vec<String> = std::env::args().skip(1).collect();

    match run(&line.join(" ")) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("appsink-labels: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
