using System.CommandLine;
using Mimir.Cli.Generation;
using Mimir.Client.Drafting;
using Mimir.Models.Files;

namespace Mimir.Cli.Commands;

/// <summary>`mimir model drafter`: statistics of a public text, from which a data owner's client guesses tokens ahead.</summary>
public static class ModelDrafterCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var directory = new Argument<string>("DIR") { Description = "A model directory, or a name in the store; only its tokenizer is read" };
        var text = new Option<string>("--text") { Description = "A public text, one document a line", HelpName = "FILE", Required = true };
        var output = new Option<string?>("--output") { Description = $"Where to write; DIR/{DrafterFile.Name} when not given", HelpName = "FILE" };
        var orders = SharedOptions.Bounded(new Option<int>("--orders") { Description = "Tokens of the longest context", HelpName = "N", DefaultValueFactory = _ => 5 }, 1, NgramTable.LongestContext);
        var least = SharedOptions.Bounded(new Option<int>("--least") { Description = "Contexts seen less often are left out", HelpName = "N", DefaultValueFactory = _ => 3 }, 1, 1 << 20);
        var command = new Command("drafter", "Counts a public text for drafting: what follows which tokens") { directory, text, output, orders, least };
        command.SetAction(result =>
        {
            var model = ShippedModel.Or(result.GetValue(directory));
            var tokenizer = ModelDirectory.OpenTokenizer(model);
            var documents = File.ReadLines(result.GetValue(text)!).Where(l => l.Length > 0).Select(tokenizer.Encode);
            var table = NgramTable.Build(documents, tokenizer.Count, result.GetValue(orders), result.GetValue(least));
            var path = result.GetValue(output) ?? Path.Combine(model, DrafterFile.Name);
            using (var stream = File.Create(path)) table.Write(stream);
            result.InvocationConfiguration.Error.WriteLine($"{Quantity.Count(table.Entries)} contexts, {Quantity.Bytes(new FileInfo(path).Length)}, written to {path}");
            return ExitCode.Done;
        });
        return command;
    }
}
