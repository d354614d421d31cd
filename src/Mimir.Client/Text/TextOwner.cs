using Mimir.Client.Sampling;
using Mimir.Models.Transformers;
using Mimir.Transport.Connections;
using Mimir.Transport.Sessions;

namespace Mimir.Client.Text;

/// <summary>
/// A data owner that talks to a cluster in text: prompt → tokens → masks → tokens → text. Masking and unmasking happen in this process.
/// Safe for several sessions at a time.
/// </summary>
public sealed class TextOwner(TlsSettings tls, string host, int port, TextModel model) : IDisposable
{
    private readonly MimirClient _client = new(tls, host, port);

    /// <summary>The model whose public files this owner has.</summary>
    public TextModel Model { get; } = model;

    /// <summary>This owner's name, as its certificate says.</summary>
    public string Name => tls.Identity.Name;

    /// <summary>The connection to the coordinator.</summary>
    public MimirClient Client => _client;

    /// <summary>
    /// Starts a session with this owner's prompt alone. The result is asked for through <see cref="TextRun.Completion"/>; dispose the run in any case.
    /// </summary>
    /// <exception cref="SamplingRefusedException">The request's sampling is nothing that the mode can honour, or is for several texts; names the field.</exception>
    /// <exception cref="ArgumentException">The prompt does not fit, or the options contradict each other; nothing was sent.</exception>
    public TextRun Start(TextRequest request, CancellationToken cancellation)
    {
        if (request.Sampling.N != 1) throw new SamplingRefusedException("n", "a run is one text; start several with StartAll");
        var options = SamplingRules.Apply(request.Sampling, request.Options);
        SamplingRules.RequireTokens(request.Sampling, Model.Config.VocabularySize);
        var layout = Model.LayoutOf(options.Weights);
        var plan = PromptPlanner.Plan(layout, [(tls.Identity.Name, request.Prompt.Count)], [tls.Identity.Name], options);
        plan.Validate(layout, options.Parties, layout.MaxPositions);
        var terms = SessionTermsCodec.Write(plan, ModelLayoutCodec.Digest(layout), options.Parties, options.Active);
        terms.MaxContext = (uint)options.MaxContext;
        var run = new TextRun(Model.Tokenizer, request.Sampling.Stop, cancellation);
        run.Start(async (text, stop) =>
        {
            var session = await _client.CreateSessionAsync(terms, stop);
            text.Begin(session);
            var generation = await _client.RunAsync(session, new ClientTask
            {
                Terms = terms,
                Segments = new Dictionary<int, IReadOnlyList<int>> { [0] = request.Prompt },
                Weights = options.Weights,
                VocabularySize = layout.VocabularySize,
                Drafter = options.Speculate > 0 ? Model.OpenDrafter() : null,
                EndTokens = Model.Tokenizer.EosIds,
                StopBucket = options.StopBucket,
                Owner = options.Owner,
                WantsMore = () => !text.Stopped,
                OnLogProbs = text.Explain,
                OnToken = text.Append,
                OnProgress = text.Progress,
            }, stop);
            text.Finish();
            var end = text.Stopped || generation.Tokens.Count < options.MaxTokens ? TextEnd.Stop : TextEnd.Length;
            return new TextResult(session, text.Text, end, generation, await _client.MetricsAsync(session, stop));
        });
        return run;
    }

    /// <summary>
    /// Starts <see cref="SamplingRequest.N"/> sessions with the same prompt, each with noise of its own (with a seed: <see cref="NoiseSeeds"/>). Several sessions on a
    /// model run as lanes of one lockstep. Dispose every run in any case.
    /// </summary>
    /// <exception cref="ArgumentException">As <see cref="Start"/>.</exception>
    public IReadOnlyList<TextRun> StartAll(TextRequest request, CancellationToken cancellation)
    {
        _ = SamplingRules.Apply(request.Sampling, request.Options);
        return [.. Enumerable.Range(0, request.Sampling.N).Select(i => Start(request with { Sampling = SamplingRules.Text(request.Sampling, i) }, cancellation))];
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
