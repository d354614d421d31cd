using System.CommandLine;
using Mimir.Models.Folding;

namespace Mimir.Cli.Commands;

/// <summary>The options that say how a model's weights are shared: the same for its owner, for clients and for estimates.</summary>
internal sealed class WeightArguments
{
    private readonly Option<string> _weights = new("--weights")
    {
        Description = "secret: nobody but their owner knows them; public: every party knows them, which is faster",
        HelpName = "secret|public",
        DefaultValueFactory = _ => "secret",
    };

    private readonly Option<string?> _adapter = new("--adapter")
    {
        Description = "A LoRA adapter as PEFT saves it; stays secret whatever --weights says. With public weights, clients need its adapter_config.json",
        HelpName = "DIR",
    };

    /// <summary>Adds the options to <paramref name="command"/>.</summary>
    public WeightArguments(Command command)
    {
        _weights.AcceptOnlyFromAmong("secret", "public");
        command.Options.Add(_weights);
        command.Options.Add(_adapter);
    }

    /// <summary>What was asked for.</summary>
    public WeightTerms Read(ParseResult result) =>
        new(result.GetValue(_weights) == "public", result.GetValue(_adapter) is { } directory ? Path.GetFullPath(directory) : null);
}
