using System.CommandLine;
using Mimir.Cli.Configuration;
using Mimir.Client;
using Mimir.Client.Sampling;

namespace Mimir.Cli.Commands;

/// <summary>The options that say how to generate, the same for `demo` and `generate`; what they leave open the configuration decides.</summary>
internal sealed class GenerationArguments
{
    private const double DefaultTemperature = 0.8;
    private readonly Option<int> _tokens = SharedOptions.Bounded(
        new Option<int>("--max-tokens") { Description = "Tokens to generate", HelpName = "N", DefaultValueFactory = _ => 48 }, 1, 1 << 20);

    private readonly Option<int> _parties = SharedOptions.Parties();
    private readonly Option<string> _security = SharedOptions.Security();
    private readonly WeightArguments _weights;
    private readonly Option<bool> _logitsToOwner = SharedOptions.LogitsToOwner();
    private readonly Option<int> _speculate = SharedOptions.Speculate();
    private readonly Option<string?> _public = new("--system-public") { Description = "With --weights public: text before the prompt that everybody may know; computed in the clear", HelpName = "TEXT" };
    private readonly Option<bool> _greedy = new("--greedy") { Description = "Always the likeliest token" };
    private readonly Option<double?> _temperature = new("--temperature") { Description = $"Sampling temperature; 0 is greedy ({DefaultTemperature} when not given)", HelpName = "T" };
    private readonly SamplingArguments _sampling;
    private readonly Option<long?> _seed = new("--seed") { Description = "Seed of public sampling noise, for runs that repeat", HelpName = "S" };

    /// <summary>Adds the options to <paramref name="command"/>.</summary>
    public GenerationArguments(Command command)
    {
        foreach (var option in (Option[])[_tokens, _parties, _security]) command.Options.Add(option);
        _weights = new WeightArguments(command);
        foreach (var option in (Option[])[_logitsToOwner, _speculate, _public, _greedy, _temperature]) command.Options.Add(option);
        _sampling = new SamplingArguments(command);
        command.Options.Add(_seed);
    }

    /// <summary>Text before the prompt that everybody may know, or null.</summary>
    /// <exception cref="UsageException">Some weights are secret.</exception>
    public string? PublicText(ParseResult result)
    {
        var weights = _weights.Read(result);
        if (result.GetValue(_public) is { } text && (!weights.Public || weights.Adapter is not null || text.Length == 0))
            throw new UsageException("--system-public needs a text, --weights public and no --adapter: nobody could compute it in the clear with secret weights");
        return result.GetValue(_public);
    }

    /// <summary>The text ends before the first of these.</summary>
    public IReadOnlyList<string> Stops(ParseResult result) => _sampling.Read(result).Stop;

    /// <summary>What was asked for.</summary>
    /// <exception cref="UsageException">The mode cannot do it; names the option.</exception>
    public GenerationOptions Read(ParseResult result, MimirConfig settings)
    {
        var weights = _weights.Read(result);
        var options = Configured(settings) with
        {
            Weights = weights,
            LogitsToOwner = SharedOptions.AreLogitsToOwner(result, _logitsToOwner, weights),
            Speculate = result.GetValue(_speculate),
            MaxTokens = result.GetValue(_tokens),
            Parties = result.GetValue(_parties),
            Active = result.GetResult(_security) is { Implicit: false } ? result.GetValue(_security) == "active" : settings.Active,
            Temperature = result.GetValue(_greedy) ? 0 : result.GetValue(_temperature) ?? (settings.Greedy ? 0 : DefaultTemperature),
            NoiseSeed = result.GetValue(_seed),
        };
        try
        {
            return SamplingRules.Apply(_sampling.Read(result), options);
        }
        catch (SamplingRefusedException refused)
        {
            throw new UsageException($"--{refused.Field.Replace('_', '-')}: {refused.Reason}");
        }
    }

    /// <summary>What the configuration says about every session, whatever is asked for.</summary>
    public static GenerationOptions Configured(MimirConfig settings) => new()
    {
        Active = settings.Active,
        ScaleBits = settings.FixedPoint.ScaleBits,
        ChebyshevDegree = settings.FixedPoint.ChebyshevDegree,
        AuditRate = settings.TriplePool.AuditRate,
        BlockSteps = settings.TriplePool.MinSize,
        PrefillChunk = settings.Scheduler.PrefillChunk,
        PaddingBucket = settings.Scheduler.PaddingBucket,
        MaxContext = settings.Scheduler.MaxContext ?? 0,
        TopK = settings.TopK,
        EarlyStop = settings.Privacy.EarlyStop,
        Epsilon = settings.Privacy.EpsilonPerToken,
        EpsilonSession = settings.Privacy.EpsilonSession,
    };
}
