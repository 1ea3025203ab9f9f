/* global Hls */
const video = document.querySelector("video");

function once(target, name) {
  return new Promise((resolve) => {
    target.addEventListener(name, resolve, { once: true });
  });
}

/**
 * Plays a playlist to its end and changes the level on the way. `switches`: [{at, how, to}], `how` being the
 * property of hls.js that is set to the level `to` when `at` seconds are reached.
 */
window.playThrough = async ({ playlist, switches }) => {
  const told = { errors: [], sizes: [], subtitles: [], cues: [], back: 0, ended: false };
  const hls = new Hls({ startLevel: 0 });
  hls.on(Hls.Events.ERROR, (_event, { type, details, fatal, reason }) => {
    told.errors.push({ type, details, fatal, reason, at: video.currentTime });
  });
  video.addEventListener("resize", () => told.sizes.push([video.videoWidth, video.videoHeight]));
  hls.once(Hls.Events.MANIFEST_PARSED, () => {
    hls.loadLevel = 0;
    hls.subtitleTrack = 0;
  });
  // hls.js counts from the first picture decoded, which need not be the first one shown.
  const first = new Promise((resolve) => {
    video.requestVideoFrameCallback((_now, { mediaTime }) => resolve(mediaTime));
  });
  hls.loadSource(playlist);
  hls.attachMedia(video);
  await once(video, "canplay");
  told.first = await first;

  for (const track of video.textTracks) {
    track.addEventListener("cuechange", () => {
      for (const cue of track.activeCues ?? []) {
        const seen = [cue.startTime - told.first, cue.endTime - told.first, cue.getCueAsHTML().textContent];
        if (!told.cues.some(([start]) => start === seen[0])) told.cues.push(seen);
      }
    });
  }
  const left = [...switches];
  let last = 0;
  const watching = setInterval(() => {
    const now = video.currentTime;
    if (now < last) told.back += 1;
    last = now;
    if (left.length && now >= left[0].at) {
      const { how, to } = left.shift();
      hls[how] = to;
    }
  }, 50);
  const over = once(video, "ended");
  await video.play();
  await over;
  clearInterval(watching);

  told.ended = video.ended;
  told.position = video.currentTime;
  told.duration = video.duration;
  told.levels = hls.levels.map(({ width, height }) => [width, height]);
  told.left = left.length;
  told.subtitles = hls.subtitleTracks.map(({ name, lang }) => ({ name, lang }));
  hls.destroy();
  return told;
};

function seconds(time) {
  return time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

async function image(address) {
  const loaded = new Image();
  loaded.src = address;
  await loaded.decode();
  return loaded;
}

/** What a player shows while one scrubs: of each cue its time, its picture's size and its middle's colour. */
window.readStoryboard = async ({ address }) => {
  const text = await (await fetch(address)).text();
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const found = [];
  for (const block of text.trim().split(/\n\n+/).slice(1)) {
    const [times, target] = block.split("\n");
    const [start, end] = times.split(" --> ").map(seconds);
    const url = new URL(target, address);
    const [x, y, width, height] = url.hash.replace("#xywh=", "").split(",").map(Number);
    canvas.drawImage(await image(url.href.replace(url.hash, "")), x, y, width, height, 0, 0, 1, 1);
    found.push({ start, end, width, height, colour: [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)] });
  }
  return found;
};
