// A sound: play, seek, faster. The browser's own player has no speed that a keyboard reaches.
import { html, useEffect, useRef, useState } from "/static/vendor/ui.js";
import { Sign, decimal, lengthText, ours } from "./signs.js";

const SPEEDS = [1, 1.5, 2];
let playing = null; // one at a time on the whole page

export function Player({ content, title, t }) {
  const sound = useRef(null);
  const [on, setOn] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(content.seconds ?? 0);
  const [speed, setSpeed] = useState(1);
  const [broken, setBroken] = useState(false);
  useEffect(() => () => sound.current?.pause(), []);
  const measured = () => Number.isFinite(sound.current.duration) && setLength(sound.current.duration);
  const toggle = () => {
    if (on) return sound.current.pause();
    if (playing && playing !== sound.current) playing.pause();
    playing = sound.current;
    playing.playbackRate = speed;
    playing.play().catch(() => setBroken(true)); // refused or no sound at all: said in words beside it
  };
  const seek = (event) => {
    sound.current.currentTime = Number(event.target.value);
    setAt(Number(event.target.value));
  };
  const faster = () => {
    const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
    sound.current.playbackRate = next;
    setSpeed(next);
  };
  const spoken = `${lengthText(at)} / ${lengthText(length)}`;
  return html`<div class="attached player" role="group" aria-label=${title} data-voice=${Boolean(content.voice)}>
    <audio ref=${sound} src=${ours(content.url)} preload="metadata" onPlay=${() => setOn(true)} onPause=${() => setOn(false)} onError=${() => setBroken(true)}
      onLoadedMetadata=${measured} onDurationChange=${measured} onTimeUpdate=${() => setAt(sound.current.currentTime)}></audio>
    <button type="button" class="player-play" aria-label=${t(on ? "audio_pause" : "audio_play")} onClick=${toggle}><${Sign} name=${on ? "pause" : "play"} size=${18} /></button>
    <span class="player-body">${content.voice && html`<small class="player-voice"><${Sign} name="voice" size=${13} />${t("kind_name_voice")}</small>`}
      <input type="range" min="0" max=${Math.max(length, 0.1)} step="0.1" value=${Math.min(at, length || at)} aria-label=${t("audio_seek")} aria-valuetext=${spoken} onInput=${seek} />
      <small>${broken ? t("audio_broken") : spoken}</small></span>
    <button type="button" class="player-speed" aria-label=${t("audio_speed", { speed: `${decimal(speed)}×` })} onClick=${faster}>${decimal(speed)}×</button>
    <a class="player-get" href=${ours(content.url)} download=${content.name ?? ""} aria-label=${`${t("file_download")}: ${title}`}><${Sign} name="down" size=${17} /></a>
  </div>`;
}
