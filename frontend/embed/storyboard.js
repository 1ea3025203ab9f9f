const PICTURE = /(\d+):(\d+):([\d.]+) --> .*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;
const LINGERS_MS = 500;

/** The pictures of a WebVTT storyboard in order: from when, in seconds, and which part of which image. */
export function picturesOf(text, address) {
  return [...text.matchAll(PICTURE)].map(([, hours, minutes, seconds, url, ...box]) => ({
    start: hours * 3600 + minutes * 60 + Number(seconds),
    url: new URL(url, address).href,
    box: box.map(Number),
  }));
}

async function readPictures(address) {
  const answer = await fetch(address);
  return answer.ok ? picturesOf(await answer.text(), address) : [];
}

async function loaded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/**
 * While a viewer seeks, by pointer or keyboard, a small picture of the moment stands above the controls, until
 * the real one is there. The controls stay the browser's own, so this follows the video and not the pointer.
 */
export function showWhileSeeking(video, canvas, address) {
  let pictures = null;
  let hiding = 0;

  async function draw(time) {
    pictures ??= readPictures(address);
    const picture = (await pictures).findLast(({ start }) => start <= time);
    if (!picture) return;
    const image = await loaded(picture.url);
    if (!video.seeking || video.currentTime !== time) return;
    const [x, y, width, height] = picture.box;
    Object.assign(canvas, { width, height });
    canvas.getContext("2d").drawImage(image, x, y, width, height, 0, 0, width, height);
    canvas.style.setProperty("--at", time / video.duration);
    canvas.hidden = false;
  }

  video.addEventListener("seeking", () => {
    // The first one is hls.js going to the first frame.
    if (navigator.userActivation?.hasBeenActive === false) return;
    clearTimeout(hiding);
    // Addresses of images live for a limited time, like those of segments: the next seek reads new ones.
    draw(video.currentTime).catch(() => (pictures = null));
  });
  for (const event of ["seeked", "emptied"]) {
    video.addEventListener(event, () => {
      clearTimeout(hiding);
      hiding = setTimeout(() => (canvas.hidden = true), LINGERS_MS);
    });
  }
}
