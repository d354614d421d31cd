using System.Globalization;
using Mimir.Training;
using Mimir.Training.Checking;
using Mimir.Training.Export;
using Mimir.Training.Generation;
using Mimir.Training.Network;
using Mimir.Training.Optimization;
using Mimir.Training.Text;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    NativeBackend.Prepare();
    var options = new TrainingOptions(args.AsSpan(Math.Min(1, args.Length)));
    switch (args.FirstOrDefault())
    {
        case "train":
            _ = new TrainingRun(options, KingJamesText.Read(options.Text("text"))).Run();
            new ModelCard(options.Text("model"), KingJamesText.Read(options.Text("text"))).Write();
            return 0;
        case "card":
            new ModelCard(options.Text("model"), KingJamesText.Read(options.Text("text"))).Write();
            return 0;
        case "check":
            (bool passed, IReadOnlyList<string> lines) = new ExportCheck(options.Text("model"), KingJamesText.Read(options.Text("text"))).Run();
            Console.WriteLine(string.Join('\n', lines));
            return passed ? 0 : 1;
        case "sample":
            Console.WriteLine(new Sampler(options.Text("model")).Continue(
                options.Text("prompt"), options.Whole("tokens"), options.Decimal("temperature"), options.Whole("seed")));
            return 0;
        default:
            Console.Error.WriteLine("Say what to do: train, card, check, sample.");
            return 2;
    }
}
catch (Exception problem) when (problem is ArgumentException or IOException or InvalidDataException or FormatException)
{
    Console.Error.WriteLine(problem.Message);
    return 2;
}
