/** The weather strip. */

const DIRECTIONS = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

/**
 * @param {object|null} weather of the protocol; fields that are not known are absent or null
 * @returns {{name: string, value: string}[]}
 */
export function weatherFacts(weather) {
  if (!weather) return [];
  const facts = [];
  const add = (name, value, digits, unit) => {
    if (Number.isFinite(value)) facts.push({ name, value: `${value.toFixed(digits)}${unit}` });
  };
  add("Air", weather.air_temp_c, 1, " °C");
  add("Track", weather.track_temp_c, 1, " °C");
  if (Number.isFinite(weather.wind_speed_ms)) {
    const from = weather.wind_direction_deg;
    const direction = Number.isFinite(from) ? ` ${DIRECTIONS[Math.round(from / 45) % 8]}` : "";
    facts.push({ name: "Wind", value: `${weather.wind_speed_ms.toFixed(1)} m/s${direction}` });
  }
  add("Humidity", weather.humidity_percent, 0, " %");
  if (weather.rainfall !== undefined && weather.rainfall !== null) {
    facts.push({ name: "Rain", value: Number(weather.rainfall) > 0 ? "Yes" : "No" });
  }
  return facts;
}

export class WeatherStrip {
  #list;
  #panel;
  #shown;

  /**
   * @param {HTMLDListElement} list
   * @param {HTMLElement} panel hidden while nothing is known
   */
  constructor(list, panel) {
    this.#list = list;
    this.#panel = panel;
  }

  /** @param {object|null} weather */
  show(weather) {
    if (weather === this.#shown) return;
    this.#shown = weather;
    const facts = weatherFacts(weather);
    this.#panel.hidden = facts.length === 0;
    this.#list.replaceChildren(...facts.map(buildFact));
  }
}

function buildFact({ name, value }) {
  const fact = document.createElement("div");
  fact.className = "weather__fact";
  if (name === "Rain" && value === "Yes") fact.dataset.rain = "yes";
  const term = document.createElement("dt");
  term.textContent = name;
  const text = document.createElement("dd");
  text.textContent = value;
  fact.append(term, text);
  return fact;
}
