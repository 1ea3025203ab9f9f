import Hls from "hls.js";
import { sentenceFor } from "./sentences.js";
import { showWhileSeeking } from "./storyboard.js";

const RECOVERY_PAUSE_MS = 20_000;

const video = document.getElementById("video");
const notice = document.getElementById("notice");
const token = location.pathname.split("/").filter(Boolean).at(-1);
const playlist = new URL(`../playback/${token}/index.m3u8`, location.href).href;

video.poster = new URL("poster.jpg", playlist).href;
showWhileSeeking(video, document.getElementById("storyboard"), new URL("storyboard.vtt", playlist).href);

let hls = null;
let recoveredAt = -Infinity;

function showNotice(isShown) {
  notice.hidden = !isShown;
  video.controls = !isShown;
  video.inert = isShown;
}

function tell(status) {
  document.getElementById("sentence").textContent = sentenceFor(status);
  showNotice(true);
}

/** Segment URLs are signed for a limited time: after a long pause they are renewed by reading the playlist again. */
function recover(data) {
  if (performance.now() - recoveredAt < RECOVERY_PAUSE_MS) return false;
  recoveredAt = performance.now();
  if (data.type === Hls.ErrorTypes.MEDIA_ERROR) {
    hls.recoverMediaError();
    return true;
  }
  if (data.frag === undefined) return false;
  const wasPlaying = !video.paused;
  play(video.currentTime);
  if (wasPlaying) video.play().catch(() => video.pause());
  return true;
}

function onError(_event, data) {
  if (!data.fatal || recover(data)) return;
  hls.destroy();
  tell(data.type === Hls.ErrorTypes.NETWORK_ERROR ? (data.response?.code ?? 0) : undefined);
}

/** The captions menu is the browser's own, fed by hls.js; a playlist read again keeps what was chosen there. */
function keepCaptions(before) {
  if (!before?.subtitleTracks.length) return;
  const chosen = before.subtitleTracks[before.subtitleTrack]?.name;
  hls.once(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => {
    hls.subtitleTrack = hls.subtitleTracks.findIndex((track) => track.name === chosen);
  });
}

function play(startPosition) {
  const before = hls;
  hls = new Hls({ startPosition, capLevelToPlayerSize: true, enableWorker: false });
  keepCaptions(before);
  before?.destroy();
  hls.on(Hls.Events.ERROR, onError);
  hls.loadSource(playlist);
  hls.attachMedia(video);
}

/** A <video> says only that it failed; the playlist's own answer says why. */
async function tellWhyNativeFailed() {
  const answer = await fetch(playlist).catch(() => ({ ok: false, status: 0 }));
  tell(answer.ok ? undefined : answer.status);
}

function start() {
  showNotice(false);
  // Chromium claims native HLS too, so hls.js is asked first.
  if (Hls.isSupported()) {
    play(-1);
  } else {
    video.src = playlist;
    video.load();
  }
}

if (!Hls.isSupported()) video.addEventListener("error", tellWhyNativeFailed);
document.getElementById("again").addEventListener("click", start);
start();
