using System.Globalization;
using Mimir.Cli.Benching.Networks;

namespace Mimir.Cli.Planning.Machines;

/// <summary>
/// Machines that a plan is projected to, one for every role: like the measured one, core by core, but with other numbers of cores, another
/// memory and a network between them.
/// </summary>
/// <param name="Cores">Of each machine.</param>
/// <param name="ReadGigabytesPerSecond">Memory bandwidth of each.</param>
/// <param name="Network">Between them.</param>
public sealed record Hardware(int Cores, double ReadGigabytesPerSecond, NetworkProfile Network)
{
    /// <summary>Reads <c>cores=32,bandwidth=200,network=1ms/10000Mbit</c>; what is left out is the measured machine's, or lan.</summary>
    /// <exception cref="UsageException">A key or number makes no sense; says which.</exception>
    public static Hardware Parse(string text, Machine measured)
    {
        var result = new Hardware(measured.Cores, measured.ReadGigabytesPerSecond, NetworkProfile.Lan);
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var value = part.Contains('=') ? part[(part.IndexOf('=') + 1)..] : "";
            result = part.Split('=')[0] switch
            {
                "cores" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var cores) && cores is > 0 and <= 4096 => result with { Cores = cores },
                "bandwidth" when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= 1e5
                    => result with { ReadGigabytesPerSecond = rate },
                "network" => result with { Network = NetworkProfile.Parse(value) },
                _ => throw new UsageException($"--machine '{part}' is none of cores=N, bandwidth=GB/s, network=lan|wan|far|1ms/10000Mbit"),
            };
        }
        return result;
    }
}
