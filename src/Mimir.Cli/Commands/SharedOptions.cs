using System.CommandLine;
using Mimir.Cli.Configuration;
using Mimir.Models.Folding;
using Mimir.Spdz.Programs;

namespace Mimir.Cli.Commands;

/// <summary>Options that several commands share, so that they read and mean the same everywhere.</summary>
public static class SharedOptions
{
    /// <summary>--json.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object on standard output and nothing else" };

    /// <summary>--parties N, at least 2.</summary>
    public static Option<int> Parties() => Bounded(new Option<int>("--parties")
    {
        Description = "Number of compute parties",
        HelpName = "N",
        DefaultValueFactory = _ => 2,
    }, 2, 16);

    /// <summary>--security active|passive.</summary>
    public static Option<string> Security()
    {
        var option = new Option<string>("--security")
        {
            Description = "active: a cheating party is caught before anything is released; passive: parties are trusted to follow the protocol",
            HelpName = "active|passive",
            DefaultValueFactory = _ => "active",
        };
        option.AcceptOnlyFromAmong("active", "passive");
        return option;
    }

    /// <summary>--logits-to-owner.</summary>
    public static Option<bool> LogitsToOwner() => new("--logits-to-owner")
    {
        Description = "With --weights public and one data owner: it gets the logits and samples itself, which is faster",
    };

    /// <summary>Whether logits go to the owner.</summary>
    /// <exception cref="UsageException">Some weights are secret.</exception>
    public static bool AreLogitsToOwner(ParseResult result, Option<bool> option, WeightTerms weights)
    {
        if (result.GetValue(option) && (!weights.Public || weights.Adapter is not null))
            throw new UsageException("--logits-to-owner needs --weights public and no --adapter: logits would say something about secret weights");
        return result.GetValue(option);
    }

    /// <summary>--share FILE, as often as the authority's key needs shares.</summary>
    public static Option<string[]> AuthorityShares() => new("--share") { Description = "A holder's share of the authority's key, where that is shared; give as many as it needs", HelpName = "FILE" };

    /// <summary>--speculate K.</summary>
    public static Option<int> Speculate() => Bounded(new Option<int>("--speculate")
    {
        Description = "With one data owner: tokens that it guesses ahead in each step, all verified at once; as many more come out as guesses are right",
        HelpName = "K",
        DefaultValueFactory = _ => 0,
    }, 0, SessionPlan.MostGuesses);

    /// <summary>--config FILE.</summary>
    public static Option<string?> Config() => new("--config") { Description = "A mimir.yaml; docs/configuration.md lists its keys", HelpName = "FILE" };

    /// <summary>The configuration that --config and the environment give.</summary>
    /// <exception cref="ConfigurationException">As <see cref="ConfigLoader.Load"/>.</exception>
    public static MimirConfig Settings(ParseResult result, Option<string?> config) =>
        ConfigLoader.Load(result.GetValue(config), EnvironmentSettings.OfProcess());

    /// <summary>Whether MACs are on: --security when it was given, else the configuration.</summary>
    public static bool IsActive(ParseResult result, Option<string> security, MimirConfig settings) =>
        result.GetResult(security) is { Implicit: false } ? result.GetValue(security) == "active" : settings.Active;

    /// <summary>Refuses values outside <paramref name="least"/>..<paramref name="most"/>, naming the range.</summary>
    public static Option<T> Bounded<T>(Option<T> option, int least, int most)
    {
        option.Validators.Add(result =>
        {
            // A text that is no number is reported by the parser itself.
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var value) && (value < least || value > most))
                result.AddError($"{option.Name} must lie in {least}..{most}, not {value}");
        });
        return option;
    }
}
