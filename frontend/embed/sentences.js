// The statuses are those of the server's /playback routes.
const SENTENCES = {
  401: "This link does not allow playback.",
  403: "This link has expired. Ask whoever shared it for a new one.",
  404: "There is nothing to play here: the video is not ready yet, or is no longer published.",
  410: "This video is no longer available.",
  409: "This video is still being prepared.",
  425: "This video is still being prepared.",
  503: "This video is not ready to play just now.",
};

/** What a viewer is told when playback ended with this HTTP status; 0 when nothing answered. */
export function sentenceFor(status) {
  if (status in SENTENCES) return SENTENCES[status];
  return status === 0 || status >= 500
    ? "The video cannot be reached right now."
    : "This video cannot be played in this browser.";
}
