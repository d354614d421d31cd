using System.CommandLine;
using Mimir.Cli.Storage;
using Mimir.Models.Store;
using Spectre.Console;

namespace Mimir.Cli.Commands;

/// <summary>`mimir model list` and `mimir model rm`.</summary>
public static class ModelListCommands
{
    /// <summary>What the store has.</summary>
    public static Command List()
    {
        var json = SharedOptions.Json();
        var command = new Command("list", "The models of the store: architecture, size, source, checksum") { json };
        command.SetAction(result =>
        {
            var (store, output) = (ShippedModel.Store(), result.InvocationConfiguration.Output);
            StoredModel[] models = [.. store.List().Select(m => StoredModel.Of(store, m))];
            if (result.GetValue(json)) Json.Write(output, new { store.Root, Models = models });
            else if (models.Length == 0) output.WriteLine($"no models in {store.Root}; 'mimir pull ORG/NAME' and 'mimir model import FILE' add some");
            else Print(output, models);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Removes one.</summary>
    public static Command Remove()
    {
        var name = new Argument<string>("NAME") { Description = "A name that 'mimir model list' shows" };
        var command = new Command("rm", "Removes a model from the store") { name };
        command.SetAction(result =>
        {
            var (store, model) = (ShippedModel.Store(), ModelName.Parse(result.GetValue(name)!));
            if (!store.Remove(model)) throw new UsageException($"{store.Root} has no model {model}; 'mimir model list' shows what it has");
            result.InvocationConfiguration.Error.WriteLine($"removed {model}");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(TextWriter output, IEnumerable<StoredModel> models)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in (string[])["Name", "Architecture", "Weights", "Size", "Source", "SHA-256"]) table.AddColumn(column);
        foreach (var m in models)
            table.AddRow(new Text(m.Name), new Text(m.Architecture), new Text(Quantity.Count(m.Parameters)), new Text(Quantity.Bytes(m.Bytes)),
                new Text(m.Revision is null ? m.Source : $"{m.Source}@{m.Revision[..8]}"), new Text(m.Sha256[..12]));
        Tables.ConsoleOn(output).Write(table);
    }
}
