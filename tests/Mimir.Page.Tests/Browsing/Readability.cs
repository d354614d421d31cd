namespace Mimir.Page.Tests.Browsing;

/// <summary>WCAG 2.2, 1.4.3 and 1.4.11, computed in the page: text against what is painted behind it, control edges against their surroundings.</summary>
internal static class Readability
{
    /// <summary>Returns what falls short: at least 4.5 : 1 for text (3 : 1 where it is large), 3 : 1 for the edge of a field.</summary>
    public const string Script = """
        () => {
          const parse = color => { const m = color.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0]; return { c: m.slice(0, 3), a: m.length > 3 ? m[3] : 1 }; };
          const over = (top, bottom) => top.c.map((v, i) => v * top.a + bottom[i] * (1 - top.a));
          const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
          const ratio = (x, y) => { const [a, b] = [light(x), light(y)].sort((p, q) => q - p); return (a + .05) / (b + .05); };
          const behind = e => {
            const layers = [];
            for (let at = e; at; at = at.parentElement) { const b = parse(getComputedStyle(at).backgroundColor); layers.push(b); if (b.a === 1) break; }
            return layers.reverse().reduce((c, l) => over(l, c), [255, 255, 255]);
          };
          const seen = e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
          const found = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const text = walker.currentNode.data.trim(), e = walker.currentNode.parentElement;
            if (text === "" || !seen(e) || e.closest(".quiet, .skip, noscript, :disabled")) continue;
            const style = getComputedStyle(e), drawn = e instanceof SVGElement;
            let back = behind(e);
            if (drawn) {
              const box = e.getBoundingClientRect();
              for (const r of e.ownerSVGElement.querySelectorAll("rect.frame, rect.box")) {
                const b = r.getBoundingClientRect();
                if (b.left <= box.left && b.right >= box.right && b.top <= box.top && b.bottom >= box.bottom) back = over(parse(getComputedStyle(r).fill), back);
              }
            }
            const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
            const color = parse(drawn ? style.fill : style.color);
            const got = ratio(over({ c: color.c, a: color.a * style.opacity }, back), back);
            if (got < (large ? 3 : 4.5)) found.push(`"${text.slice(0, 40)}" ${got.toFixed(2)}`);
          }
          for (const e of document.querySelectorAll("textarea, input:not([type=radio], [type=checkbox]), .picker select")) {
            if (!seen(e) || e.disabled) continue;
            const framed = getComputedStyle(e).borderTopWidth === "0px" ? e.parentElement : e;
            const got = ratio(over(parse(getComputedStyle(framed).borderTopColor), behind(framed.parentElement)), behind(framed.parentElement));
            if (got < 3) found.push(`edge of #${e.id} ${got.toFixed(2)}`);
          }
          return found;
        }
        """;
}
