using System.CommandLine;
using Mimir.Cli.Commands;
using Mimir.Cli.Configuration;
using Mimir.Client;

namespace Mimir.Cli.Chat;

/// <summary>The options of `chat` and `run`: how to choose words. The cluster says the rest.</summary>
internal sealed class TalkArguments
{
    private const double DefaultTemperature = 0.8;
    private readonly Option<int> _tokens = SharedOptions.Bounded(
        new Option<int>("--max-tokens") { Description = "Tokens of an answer, at most", HelpName = "N", DefaultValueFactory = _ => 256 }, 1, 1 << 20);

    private readonly Option<bool> _greedy = new("--greedy") { Description = "Always the likeliest token" };
    private readonly Option<double?> _temperature = new("--temperature") { Description = $"Sampling temperature; 0 is greedy ({DefaultTemperature} when not given)", HelpName = "T" };
    private readonly Option<long?> _seed = new("--seed") { Description = "Seed of public sampling noise, for runs that repeat", HelpName = "S" };

    /// <summary>Adds the options to <paramref name="command"/>.</summary>
    public TalkArguments(Command command)
    {
        foreach (var option in (Option[])[_tokens, _greedy, _temperature, _seed]) command.Options.Add(option);
    }

    /// <summary>What was asked for; parties, security and weights are not filled in.</summary>
    public GenerationOptions Read(ParseResult result, MimirConfig settings) => GenerationArguments.Configured(settings) with
    {
        MaxTokens = result.GetValue(_tokens),
        Temperature = result.GetValue(_greedy) ? 0 : result.GetValue(_temperature) ?? DefaultTemperature,
        NoiseSeed = result.GetValue(_seed),
    };
}
