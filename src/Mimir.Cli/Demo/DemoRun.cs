using System.Globalization;
using Google.Protobuf;
using Mimir.Cli.Generation;
using Mimir.Cli.Supervision;
using Mimir.Client;
using Mimir.Client.Drafting;
using Mimir.Client.Text;
using Mimir.Models.Files;
using Mimir.Models.Tokenizers;
using Mimir.Models.Transformers;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Cli.Demo;

/// <summary>
/// One run of `mimir demo`: a cluster of processes, a session, tokens. This process is the first data owner: it opens the tokenizer and the
/// public configuration, and never the weights.
/// </summary>
public static class DemoRun
{
    private static readonly TimeSpan FailureGrace = TimeSpan.FromSeconds(3);

    /// <summary>Runs to the end; nothing is left behind, however it ends.</summary>
    /// <exception cref="ArgumentException">The prompt does not fit.</exception>
    /// <exception cref="Mimir.Models.ModelFormatException">The model cannot be used.</exception>
    /// <exception cref="SessionFailedException">A role reported a failure.</exception>
    /// <exception cref="Mimir.Spdz.PeerLostException">A role's process is gone.</exception>
    public static async Task RunAsync(DemoOptions options, TextWriter output, TextWriter progress, CancellationToken cancellation)
    {
        var tokenizer = ModelDirectory.OpenTokenizer(options.Model);
        var layout = options.Generation.Weights.LayoutOf(ModelDirectory.OpenConfig(options.Model));
        IReadOnlyList<int>[] prompt = [.. options.Segments.Select((s, i) => PromptText.Encode(tokenizer, s.Text, i == 0 && options.PublicText is null))];
        var generation = options.Generation;
        if (options.PublicText is { } known) generation = generation with { PublicTokens = PromptText.Encode(tokenizer, known, first: true) };
        var plan = PromptPlanner.Plan(layout, [.. options.Segments.Select((s, i) => (s.Owner, prompt[i].Count))], options.Receivers, generation);
        plan.Validate(layout, generation.Parties, layout.MaxPositions);

        progress.WriteLine($"starting coordinator, Triple Service, {generation.Parties} parties and model owner");
        Action<string> log = options.Verbose ? line => progress.WriteLine(line) : _ => { };
        var clusterOptions = new LocalClusterOptions { Model = Path.GetFullPath(options.Model), Parties = generation.Parties, Active = generation.Active, ScaleBits = generation.ScaleBits, Weights = generation.Weights };
        await using var cluster = await LocalCluster.StartAsync(clusterOptions, log, cancellation);
        progress.WriteLine("the weights are shared; generating");

        var tls = cluster.Issue(Role.DataOwner, options.Self);
        using var identity = tls.Identity;
        using var client = new MimirClient(tls, cluster.Coordinator.Host, cluster.Coordinator.Port);
        var terms = SessionTermsCodec.Write(plan, ModelLayoutCodec.Digest(layout), generation.Parties, generation.Active);
        terms.MaxContext = (uint)generation.MaxContext;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = SessionAsync();
        var watching = cluster.WatchAsync();
        // When a process dies, the coordinator usually says so, and better: which session, which step.
        if (await Task.WhenAny(running, watching) == watching) await Task.WhenAny(running, Task.Delay(FailureGrace, cancellation));
        if (!running.IsCompleted)
        {
            await stop.CancelAsync();
            await watching;
        }
        var (report, first) = await running;
        if (options.Json) Json.Write(output, report);
        else report.Print(output, first);

        async Task<(GenerationReport, TimeSpan)> SessionAsync()
        {
            var session = await client.CreateSessionAsync(terms, stop.Token);
            var text = new StreamedText(tokenizer, options.Json ? progress : output, options.PublicText + string.Concat(options.Segments.Select(s => s.Text)), options.Stops);
            var others = await OthersAsync(cluster, options, session, terms, Show);
            var task = new ClientTask
            {
                Terms = terms,
                Segments = options.Segments.Select((s, i) => (s.Owner, i)).Where(s => s.Owner == options.Self).ToDictionary(s => s.i, s => prompt[s.i]),
                Weights = generation.Weights,
                VocabularySize = layout.VocabularySize,
                Drafter = generation.Speculate > 0 ? DrafterFile.Open(options.Model) : null,
                EndTokens = tokenizer.EosIds,
                StopBucket = generation.StopBucket,
                Owner = generation.Owner,
                WantsMore = () => !text.Stopped,
                OnToken = token => Show(options.Self, token),
                OnProgress = text.Count,
            };
            var running = client.RunAsync(session, task, stop.Token);
            var following = FirstFailureAsync(others);
            // Another owner's failure shows in the session too, unless its process never came so far as to join.
            if (await Task.WhenAny(running, following) == following && following.IsFaulted) await Task.WhenAny(running, Task.Delay(FailureGrace, stop.Token));
            if (following.IsFaulted && !running.IsCompleted) await following;
            var own = await running;
            await following;
            var shown = own with { Tokens = text.Tokens, FirstToken = text.FirstToken, Generating = text.LastToken - text.FirstToken };
            var metrics = await client.MetricsAsync(session, stop.Token);
            return (GenerationReport.Of(text.Finish(), [.. plan.PublicTokens, .. prompt.SelectMany(p => p)], shown, generation, metrics), text.FirstToken);

            void Show(string receiver, int token)
            {
                if (receiver == options.Receivers[0]) text.Append(token);
            }
        }
    }

    private static async Task FirstFailureAsync(IEnumerable<Task> tasks)
    {
        await foreach (var task in Task.WhenEach(tasks)) await task;
    }

    /// <summary>Every other data owner is a process of its own, with its own identity and only its own text.</summary>
    private static async Task<List<Task>> OthersAsync(
        LocalCluster cluster, DemoOptions options, SessionId session, Transport.Protos.SessionTerms terms, Action<string, int> show)
    {
        var result = new List<Task>();
        foreach (var name in options.Segments.Select(s => s.Owner).Concat(options.Receivers).Distinct().Where(n => n != options.Self))
        {
            var child = await cluster.StartClientAsync(name, new SupervisedSettings
            {
                Identity = cluster.IssueDirectory(Role.DataOwner, name),
                Authority = cluster.AuthorityFile,
                Model = Path.GetFullPath(options.Model),
                Session = session.ToString(),
                StopBucket = options.Generation.StopBucket,
                Terms = Convert.ToBase64String(terms.ToByteArray()),
                Segments = [.. options.Segments.Select((s, i) => (s.Owner, Segment: new SupervisedSegment(i, s.Text))).Where(s => s.Owner == name).Select(s => s.Segment)],
            });
            result.Add(FollowAsync(child));
        }
        return result;

        async Task FollowAsync(ChildProcess child)
        {
            await foreach (var line in child.Output.ReadAllAsync())
                if (line.StartsWith(SupervisedRole.TokenPrefix, StringComparison.Ordinal))
                    show(child.Name, int.Parse(line.AsSpan(SupervisedRole.TokenPrefix.Length), CultureInfo.InvariantCulture));
            if (await child.Exited != ExitCode.Done) throw await child.FailureAsync();
        }
    }
}
