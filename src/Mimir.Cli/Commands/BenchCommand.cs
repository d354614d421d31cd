using System.CommandLine;
using System.Globalization;
using Mimir.Cli.Benching;
using Mimir.Cli.Configuration;

namespace Mimir.Cli.Commands;

/// <summary>`mimir bench`: measured speed with all roles as processes on this machine, beside the floor.</summary>
public static class BenchCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var shape = new Option<string>("--shape") { Description = "A well-known shape, with random weights, or a model directory", HelpName = "NAME|DIR", DefaultValueFactory = _ => "gpt2-small" };
        var context = SharedOptions.Bounded(new Option<int>("--context") { Description = "Positions in the context when the last token is sampled", HelpName = "T", DefaultValueFactory = _ => 64 }, 2, 1 << 20);
        var tokens = SharedOptions.Bounded(new Option<int>("--tokens") { Description = "Tokens to measure, the last of the context", HelpName = "N", DefaultValueFactory = _ => 16 }, 2, 1 << 16);
        var lanes = SharedOptions.Bounded(new Option<int>("--lanes") { Description = "Sessions at once; 1 in this version", HelpName = "B", DefaultValueFactory = _ => 1 }, 1, 1);
        var parties = SharedOptions.Parties();
        var security = SharedOptions.Security();
        var config = SharedOptions.Config();
        var json = SharedOptions.Json();
        var command = new Command("bench", "Measures seconds per token with every role on this machine, against the machine's read bandwidth")
        {
            shape, context, tokens, lanes, parties, security, config, json,
        };
        var weights = new WeightArguments(command);
        command.SetAction(async (result, cancellation) =>
        {
            var settings = ConfigLoader.Load(result.GetValue(config), EnvironmentSettings.OfProcess());
            var request = new BenchRequest(result.GetValue(shape)!, result.GetValue(context), result.GetValue(tokens), result.GetValue(parties), result.GetValue(security) == "active")
            {
                Weights = weights.Read(result),
                ScaleBits = settings.FixedPoint.ScaleBits,
                ChebyshevDegree = settings.FixedPoint.ChebyshevDegree,
                AuditRate = settings.TriplePool.AuditRate,
                BlockSteps = settings.TriplePool.MinSize,
            };
            if (request.Tokens >= request.Context) throw new UsageException($"--tokens {request.Tokens} leaves no prompt in a context of {request.Context}");
            var report = await BenchRun.RunAsync(request, result.InvocationConfiguration.Error, cancellation);
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json)) Json.Write(output, report);
            else Print(output, report);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(TextWriter output, BenchReport report)
    {
        Tables.Print(output, $"{report.Shape}, context {report.Context}, {report.Parties} parties, {report.Security}, {report.Weights} weights",
        [
            ("Seconds per token, everything on this machine", Quantity.Seconds(report.SecondsPerToken)),
            ("  of which in steps", Quantity.Seconds(report.OnlineSecondsPerToken)),
            ("  floor at the measured bandwidth", Quantity.Seconds(report.FloorSeconds)),
            ("  ratio to the floor", report.RatioToFloor.ToString("0.00", CultureInfo.InvariantCulture)),
            ("Read bandwidth", string.Create(CultureInfo.InvariantCulture, $"{report.ReadBandwidthGbps:0.0} GB/s")),
            ("Rounds per layer", Quantity.Count(report.RoundsPerLayer)),
            ("Rounds per token", Quantity.Count(report.RoundsPerToken)),
            ("Opened per layer by each party", Quantity.Bytes(report.BytesPerLayer)),
            ("Dealt per token", Quantity.Bytes(report.DealtBytesPerToken)),
            ("Sharing the model", Quantity.Seconds(report.LoadSeconds)),
            .. report.PeakMemoryBytes.Select(p => ($"Peak memory, {p.Key}", Quantity.Bytes(p.Value))),
        ]);
    }
}
