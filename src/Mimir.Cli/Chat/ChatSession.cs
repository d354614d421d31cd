using Mimir.Client;
using Mimir.Client.Chat;
using Mimir.Client.Sampling;
using Mimir.Client.Text;
using Mimir.Models.Templates;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Cli.Chat;

/// <summary>
/// A conversation with a model on a cluster. Each answer is a session of its own; where a prompt begins like the one before it, the parties go on from what they
/// kept of that one.
/// </summary>
internal sealed class ChatSession(TextOwner owner, GenerationOptions options, bool reuse)
{
    private readonly ChatTemplate? _template = ChatTemplate.TryOpen(owner.Model.Directory);
    private readonly List<ChatMessage> _messages = [];
    private (SessionId Session, IReadOnlyList<int> Tokens)? _kept;
    private string? _system;

    /// <summary>What was said, system message first.</summary>
    public IReadOnlyList<ChatMessage> Messages => _system is null ? _messages : [new ChatMessage("system", _system), .. _messages];

    /// <summary>Said before everything else; null: nothing. The conversation begins anew.</summary>
    public string? System
    {
        get => _system;
        set
        {
            _system = value;
            Clear();
        }
    }

    /// <summary>Rows that the last answer took over from the one before.</summary>
    public int Reused { get; private set; }

    /// <summary>Forgets what was said.</summary>
    public void Clear() => _messages.Clear();

    /// <summary>Says <paramref name="text"/> and shows the answer as it comes. Without a whole answer nothing was said.</summary>
    /// <exception cref="ArgumentException">The conversation does not fit the context.</exception>
    public async Task<TextResult> AskAsync(string text, Action<string> show, CancellationToken cancellation)
    {
        var prompt = ChatPrompt.Of(owner.Model, _template, [.. Messages, new ChatMessage("user", text)]);
        var result = await AnswerAsync(prompt, show, cancellation);
        _messages.Add(new ChatMessage("user", text));
        _messages.Add(new ChatMessage("assistant", result.Text.Trim()));
        return result;
    }

    private async Task<TextResult> AnswerAsync(ChatPrompt prompt, Action<string> show, CancellationToken cancellation)
    {
        var room = Context() - prompt.Tokens.Count + 1;
        if (room < 1) throw new UsageException($"the conversation has {prompt.Tokens.Count} tokens, and the model's context holds {Context()}; /clear begins anew");
        var sampling = new SamplingRequest { Stop = prompt.Stop, MaxTokens = Math.Min(options.MaxTokens, room) };
        var rows = Reusable(prompt.Tokens);
        try
        {
            return await RunAsync(prompt, sampling, rows, show, cancellation);
        }
        catch (SessionFailedException error) when (rows > 0 && error.Kind == FailureKind.Usage)
        {
            // The parties have dropped the rows meanwhile.
            return await RunAsync(prompt, sampling, 0, show, cancellation);
        }
    }

    private async Task<TextResult> RunAsync(ChatPrompt prompt, SamplingRequest sampling, int rows, Action<string> show, CancellationToken cancellation)
    {
        await using var run = owner.Start(
            new TextRequest { Prompt = prompt.Tokens, Options = options with { KeepPrefix = reuse, ReusedRows = rows }, Sampling = sampling, PrefixSession = rows > 0 ? _kept!.Value.Session : null },
            cancellation);
        await foreach (var piece in run.Pieces) show(piece.Text);
        var result = await run.Completion;
        (Reused, _kept) = (rows, run.KeptRows > 0 ? (result.Session, [.. prompt.Tokens.Take(run.KeptRows)]) : null);
        return result;
    }

    /// <summary>Whole buckets, so that what is padded behind them says no more about the prompt's length than before.</summary>
    private int Reusable(IReadOnlyList<int> tokens)
    {
        if (_kept is not { } kept) return 0;
        var rows = 0;
        while (rows < kept.Tokens.Count && rows < tokens.Count - 1 && kept.Tokens[rows] == tokens[rows]) rows++;
        return rows / options.PaddingBucket * options.PaddingBucket;
    }

    private int Context() => options.MaxContext > 0 ? Math.Min(options.MaxContext, owner.Model.Config.MaxPositions) : owner.Model.Config.MaxPositions;
}
