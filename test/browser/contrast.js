// Evaluated in the page: the texts whose contrast to what is behind them is below what WCAG 2.2 AA asks of small text.
(() => {
  const LEAST = 4.5;

  function channelsOf(color) {
    const [red = 0, green = 0, blue = 0, alpha = 1] = color.match(/[\d.]+/g).map(Number);
    return { rgb: [red, green, blue], alpha };
  }

  function luminance(rgb) {
    const [red, green, blue] = rgb
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function groundOf(element) {
    for (let at = element; at !== null; at = at.parentElement) {
      const { rgb, alpha } = channelsOf(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return rgb;
    }
    return [255, 255, 255];
  }

  function contrastOf(element) {
    const lights = [channelsOf(getComputedStyle(element).color).rgb, groundOf(element)].map(luminance);
    return (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
  }

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const elements = new Set();
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (texts.currentNode.data.trim() !== '' && element.checkVisibility()) elements.add(element);
  }
  const faint = [...elements].filter((element) => contrastOf(element) < LEAST);
  return {
    checked: elements.size,
    faint: faint.map((element) => `${element.textContent} ${contrastOf(element).toFixed(2)}`),
  };
})();
