using System.Globalization;

namespace Mimir.Cli.Benching.Growth;

/// <summary>A measured point as one line of a CSV file. Rounds and bytes are exact.</summary>
public sealed record GrowthRow(
    GrowthPoint Point, long Parameters, double SecondsPerToken, double TokensPerSecond, double OnlineSeconds, double PrefillSeconds,
    double PartyProcessorSeconds, double TriplesProcessorSeconds, long Rounds, long OpenedBytes, long DealtBytes, long PeakMemoryBytes)
{
    /// <summary>The first line of a file.</summary>
    public const string Header =
        "shape,context,lanes,parties,threads,parameters,seconds_per_token,tokens_per_second,online_seconds,prefill_seconds,party_processor_seconds,"
        + "triples_processor_seconds,rounds,opened_bytes,dealt_bytes,peak_memory_bytes";

    /// <summary>What <paramref name="report"/> says of <paramref name="point"/>.</summary>
    public static GrowthRow Of(GrowthPoint point, BenchReport report) => new(
        point, report.Parameters, report.SecondsPerToken, report.TokensPerSecond, report.StepSecondsPerToken, report.PrefillSeconds,
        report.PartyProcessorSeconds, report.TriplesProcessorSeconds, report.RoundsPerToken, report.OpenedBytesPerToken,
        report.DealtBytesPerToken, report.PeakMemoryBytes["total"]);

    /// <summary>The line; a shape stands in quotes, since it has commas.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"\"{Point.Shape}\",{Point.Context},{Point.Lanes},{Point.Parties},{Point.Threads},{Parameters},{SecondsPerToken},{TokensPerSecond},{OnlineSeconds},{PrefillSeconds},{PartyProcessorSeconds},{TriplesProcessorSeconds},{Rounds},{OpenedBytes},{DealtBytes},{PeakMemoryBytes}");

    /// <summary>Reads a line.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static GrowthRow Parse(string line)
    {
        var end = line.LastIndexOf('"');
        var fields = end > 0 ? line[(end + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries) : [];
        try
        {
            if (fields.Length != 15 || line[0] != '"') throw new FormatException();
            return new GrowthRow(
                new GrowthPoint(line[1..end], Integer(0), Integer(1), Integer(2), Integer(3)), Long(4),
                Real(5), Real(6), Real(7), Real(8), Real(9), Real(10), Long(11), Long(12), Long(13), Long(14));
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new UsageException($"'{(line.Length > 80 ? line[..80] : line)}' is no line of measurements");
        }

        int Integer(int at) => int.Parse(fields[at], CultureInfo.InvariantCulture);
        long Long(int at) => long.Parse(fields[at], CultureInfo.InvariantCulture);
        double Real(int at) => double.Parse(fields[at], CultureInfo.InvariantCulture);
    }
}
