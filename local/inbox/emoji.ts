/** Of the emoji that Slack knows by name those that alerts use, and their neighbours. */
const EMOJI = new Map(
  Object.entries({
    arrow_forward: '▶️',
    bar_chart: '📊',
    bell: '🔔',
    checkered_flag: '🏁',
    double_vertical_bar: '⏸️',
    fire: '🔥',
    hourglass_flowing_sand: '⏳',
    information_source: 'ℹ️',
    large_blue_circle: '🔵',
    large_green_circle: '🟢',
    large_orange_circle: '🟠',
    large_red_square: '🟥',
    large_yellow_circle: '🟡',
    no_entry: '⛔',
    octagonal_sign: '🛑',
    red_circle: '🔴',
    rotating_light: '🚨',
    tada: '🎉',
    warning: '⚠️',
    white_check_mark: '✅',
    white_circle: '⚪',
    x: '❌',
  }),
);

/** Puts emoji in the place of their names; names that are not known stay. */
export function withEmoji(text: string): string {
  return text.replace(/:([a-z0-9_+-]+):/g, (code, name: string) => EMOJI.get(name) ?? code);
}
