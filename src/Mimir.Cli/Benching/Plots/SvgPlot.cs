using System.Globalization;
using System.Net;
using System.Text;

namespace Mimir.Cli.Benching.Plots;

/// <summary>A plot with two logarithmic axes as an SVG file: no script, no font but the reader's, legible on light and on dark ground.</summary>
public sealed record SvgPlot
{
    private const int Width = 640, Height = 400, Left = 80, Right = 20, Top = 46, Bottom = 56;

    /// <summary>Heading.</summary>
    public required string Title { get; init; }

    /// <summary>What is along the horizontal axis, with its unit.</summary>
    public required string Across { get; init; }

    /// <summary>What is along the vertical axis, with its unit.</summary>
    public required string Up { get; init; }

    /// <summary>At most four lines.</summary>
    public required IReadOnlyList<PlotSeries> Series { get; init; }

    /// <summary>The file's text.</summary>
    public string Render()
    {
        var points = Series.SelectMany(s => s.Points).ToArray();
        var x = LogAxis.Of(points.Select(p => p.X), Left, Width - Right);
        var y = LogAxis.Of(points.Select(p => p.Y), Height - Bottom, Top);
        var svg = new StringBuilder();
        Add(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" role=\"img\" aria-label=\"{Text(Title)}\">");
        Add(svg, $"<style>{Style}</style>");
        Add(svg, $"<rect class=\"ground\" width=\"{Width}\" height=\"{Height}\"/>");
        Add(svg, $"<text class=\"title\" x=\"{Left}\" y=\"22\">{Text(Title)}</text>");
        Axes(svg, x, y);
        for (var i = 0; i < Series.Count; i++) Line(svg, Series[i], i, x, y);
        return svg.Append("</svg>\n").ToString();
    }

    private static readonly string[] OnLight = ["#0969da", "#bc4c00", "#1a7f37", "#8250df"], OnDark = ["#58a6ff", "#f0883e", "#56d364", "#bc8cff"];

    // Plain rules, no variables: some viewers know only those.
    private static readonly string Style =
        "text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-size:14px;font-weight:600}.ground{fill:#fff}.grid{stroke:#d0d7de;stroke-width:1}"
        + ".line{fill:none;stroke-width:2}.dashed{stroke-dasharray:6 4}" + Colours(OnLight)
        + "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.grid{stroke:#30363d}" + Colours(OnDark) + "}";

    private static string Colours(string[] colours) =>
        string.Concat(colours.Select((c, i) => $".s{i} .line{{stroke:{c}}}.s{i} circle{{fill:{c}}}"));

    private void Axes(StringBuilder svg, LogAxis x, LogAxis y)
    {
        foreach (var tick in x.Ticks())
        {
            Add(svg, $"<path class=\"grid\" d=\"M{x.At(tick):0.#} {Top}V{Height - Bottom}\"/>");
            Add(svg, $"<text x=\"{x.At(tick):0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Text(LogAxis.Label(tick))}</text>");
        }
        foreach (var tick in y.Ticks())
        {
            Add(svg, $"<path class=\"grid\" d=\"M{Left} {y.At(tick):0.#}H{Width - Right}\"/>");
            Add(svg, $"<text x=\"{Left - 6}\" y=\"{y.At(tick) + 4:0.#}\" text-anchor=\"end\">{Text(LogAxis.Label(tick))}</text>");
        }
        Add(svg, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 14}\" text-anchor=\"middle\">{Text(Across)}</text>");
        Add(svg, $"<text transform=\"translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Text(Up)}</text>");
    }

    private static void Line(StringBuilder svg, PlotSeries series, int number, LogAxis x, LogAxis y)
    {
        var dashed = series.Dashed ? " dashed" : "";
        Add(svg, $"<g class=\"s{number}\">");
        var path = string.Join('L', series.Points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{x.At(p.X):0.#} {y.At(p.Y):0.#}")));
        Add(svg, $"<path class=\"line{dashed}\" d=\"M{path}\"/>");
        if (!series.Dashed)
            foreach (var (px, py) in series.Points) Add(svg, $"<circle cx=\"{x.At(px):0.#}\" cy=\"{y.At(py):0.#}\" r=\"3.5\"/>");
        var left = Left + 10 + 150 * number;
        Add(svg, $"<path class=\"line{dashed}\" d=\"M{left} 36h22\"/><text x=\"{left + 28}\" y=\"40\">{Text(series.Name)}</text></g>");
    }

    private static void Add(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
