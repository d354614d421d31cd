using System.CommandLine;
using System.Globalization;
using Mimir.Cli.Storage;
using Mimir.Models.Ranges;
using Mimir.Models.Store;
using Mimir.Spdz.Programs;

namespace Mimir.Cli.Commands;

/// <summary>`mimir model check`: whether a model's numbers fit fixed point, and whether a stored model's files are still what they were.</summary>
public static class ModelCheckCommand
{
    private const long LargestText = 1_000_000;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var path = new Argument<string>("MODEL") { Description = "A model directory, or a name in the store" };
        var text = new Option<string?>("--text") { Description = "A text like those the model will see; a short one of many kinds when not given", HelpName = "FILE" };
        var strict = new Option<bool>("--strict") { Description = "End with status 1 when there is a warning" };
        var parties = SharedOptions.Parties();
        var config = SharedOptions.Config();
        var json = SharedOptions.Json();
        var command = new Command("check", "Runs a text through the float reference and warns where fixed point would overflow or lose accuracy; compares a stored model's checksums")
        {
            path, text, strict, parties, config, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var settings = SharedOptions.Settings(result, config);
            var directory = ShippedModel.Or(result.GetValue(path));
            var (output, error) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
            IReadOnlyList<string> changed;
            using (var line = new TransferLine(error)) changed = await (ModelManifest.Find(directory)?.ChangedAsync(directory, line, cancellation) ?? Task.FromResult<IReadOnlyList<string>>([]));
            if (changed.Count > 0) throw new UsageException($"{directory}: {string.Join(", ", changed)} changed since the model was stored; import or pull it again");
            var report = RangeCheck.Run(directory, TextOf(result.GetValue(text)), settings.FixedPoint.ScaleBits, settings.FixedPoint.ChebyshevDegree, result.GetValue(parties), cancellation);
            if (result.GetValue(json)) Json.Write(output, Describe(report, new NumberRanges(Layout(directory), report.ScaleBits, settings.FixedPoint.ChebyshevDegree, result.GetValue(parties))));
            else Print(output, error, report);
            return report.Findings.Count > 0 && result.GetValue(strict) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static Mimir.Models.Transformers.ModelLayout Layout(string directory) =>
        Mimir.Models.Folding.ModelFolding.LayoutOf(Mimir.Models.Files.ModelDirectory.OpenConfig(directory));

    private static string? TextOf(string? file)
    {
        if (file is null) return null;
        if (new FileInfo(file) is { Exists: true, Length: > LargestText }) throw new UsageException($"{file}: a calibration text has at most {Quantity.Bytes(LargestText)}; only its beginning is used");
        return File.ReadAllText(file);
    }

    private static object Describe(RangeReport report, NumberRanges ranges) => new
    {
        report.ScaleBits,
        report.FittingScaleBits,
        Warnings = report.Findings.Select(f => new { f.Observed.Place, Kind = f.Observed.Kind.ToString(), Verdict = f.Verdict.ToString().ToLowerInvariant(), f.Value, f.Bound, Text = NumberRanges.Describe(f) }),
        Ranges = report.Observations.Select(o => new { o.Place, Kind = o.Kind.ToString(), o.Least, o.Largest, Bound = ranges.Of(o.Kind, o.Place).Largest }),
    };

    private static void Print(TextWriter output, TextWriter error, RangeReport report)
    {
        Tables.Print(output, $"Largest numbers over {report.Tokens} tokens at most", report.Observations.GroupBy(o => o.Kind).OrderBy(g => g.Key).Select(g =>
        {
            var worst = g.MaxBy(o => Math.Max(Math.Abs(o.Least), Math.Abs(o.Largest)));
            return (NameOf(g.Key), string.Create(CultureInfo.InvariantCulture, $"{worst.Least:G4} to {worst.Largest:G4} ({worst.Place})"));
        }));
        report.Print(report.Findings.Count > 0 ? error : output);
    }

    private static string NameOf(RangeKind kind) => string.Concat(kind.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{c}"));
}
