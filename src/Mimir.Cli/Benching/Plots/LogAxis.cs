using System.Globalization;

namespace Mimir.Cli.Benching.Plots;

/// <summary>A logarithmic axis from <paramref name="low"/> to <paramref name="high"/> onto pixels.</summary>
internal sealed class LogAxis(double low, double high, double from, double to)
{
    private static readonly (double Size, string Unit)[] Units = [(1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ")];

    /// <summary>An axis that holds all of <paramref name="values"/>, with some room.</summary>
    public static LogAxis Of(IEnumerable<double> values, double from, double to)
    {
        var all = values.Where(v => v > 0).DefaultIfEmpty(1).ToArray();
        double low = all.Min(), high = all.Max(), room = Math.Max(1.15, Math.Pow(high / low, 0.05));
        return new LogAxis(low / room, high * room, from, to);
    }

    /// <summary>Where <paramref name="value"/> stands.</summary>
    public double At(double value) => from + (to - from) * Math.Log(value / low) / Math.Log(high / low);

    /// <summary>Values to label: powers of ten, and 2 and 5 times them while they are few.</summary>
    public IEnumerable<double> Ticks()
    {
        double[] steps = Math.Log10(high / low) > 3 ? [1] : [1, 2, 5];
        for (var power = (int)Math.Floor(Math.Log10(low)); power <= Math.Log10(high); power++)
            foreach (var step in steps)
                if (step * Math.Pow(10, power) is var tick && tick >= low && tick <= high) yield return tick;
    }

    /// <summary>"20 M", "50 m": a number with the prefix of its unit.</summary>
    public static string Label(double value)
    {
        foreach (var (size, unit) in Units)
            if (value >= size * 0.9999) return string.Create(CultureInfo.InvariantCulture, $"{value / size:0.##}{(unit.Length > 0 ? " " : "")}{unit}");
        return value.ToString("0.##E0", CultureInfo.InvariantCulture);
    }
}
