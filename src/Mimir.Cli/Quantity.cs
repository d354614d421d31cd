using System.Globalization;

namespace Mimir.Cli;

/// <summary>Numbers for people.</summary>
public static class Quantity
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>"1.5 MB"; decimal units.</summary>
    public static string Bytes(double bytes)
    {
        var unit = 0;
        for (; bytes >= 1000 && unit < Units.Length - 1; unit++) bytes /= 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.##} {Units[unit]}");
    }

    /// <summary>"1.25 s", "80 ms" or "3.5 µs".</summary>
    public static string Seconds(double seconds) => seconds switch
    {
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.##} s"),
        >= 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:0.##} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:0.##} µs"),
    };

    /// <summary>"124,439,808".</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
