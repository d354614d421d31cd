using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Mimir.Models.Templates;

namespace Mimir.Cli.Chat;

/// <summary>The conversation at a terminal: lines in, answers out as they come, and words that begin with a slash.</summary>
internal sealed class ChatTerminal(ChatSession session, string model, ILineSource lines, TextWriter output)
{
    /// <summary>What /help prints.</summary>
    internal const string Help = """
        /system TEXT   what the model is told first; begins anew (without TEXT: nothing)
        /clear         begin anew
        /save FILE     the conversation as JSON, in a file that only you may read
        /help          this
        /exit          leave (Ctrl+D too)
        Ctrl+C stops an answer. Nothing of the conversation is kept when you leave.
        """;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };
    private readonly Lock _lock = new();
    private CancellationTokenSource? _answering;

    /// <summary>Stops the answer that is coming; at other times says how to leave.</summary>
    public void Interrupt()
    {
        lock (_lock)
        {
            if (_answering is not null) _answering.Cancel();
            else output.WriteLine("\n/exit or Ctrl+D leaves");
        }
    }

    /// <summary>Runs until the lines end or somebody leaves.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        output.WriteLine($"{model}, under encryption: no process but this one sees what you write. /help lists what else you can say.");
        while (await lines.NextAsync(">>> ", cancellation) is { } line)
        {
            var text = line.Trim();
            if (text.Length == 0) continue;
            if (text is "/exit" or "/quit" or "/bye") return;
            if (text[0] == '/') Command(text);
            else await AnswerAsync(text, cancellation);
        }
    }

    private void Command(string text)
    {
        var (word, rest) = text.IndexOf(' ', StringComparison.Ordinal) is var space and > 0 ? (text[..space], text[(space + 1)..].Trim()) : (text, "");
        switch (word)
        {
            case "/help":
                output.WriteLine(Help);
                break;
            case "/system":
                session.System = rest.Length > 0 ? rest : null;
                output.WriteLine(rest.Length > 0 ? "the model is told this first; the conversation begins anew" : "the model is told nothing first; the conversation begins anew");
                break;
            case "/clear":
                session.Clear();
                output.WriteLine("the conversation begins anew");
                break;
            case "/save" when rest.Length > 0:
                Save(rest);
                break;
            case "/save":
                output.WriteLine("/save needs the name of a file");
                break;
            default:
                output.WriteLine($"there is no {word}; /help lists what there is");
                break;
        }
    }

    private async Task AnswerAsync(string text, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        lock (_lock) _answering = stop;
        var begun = false;
        try
        {
            var result = await session.AskAsync(text, Show, stop.Token);
            output.WriteLine();
            var reused = session.Reused > 0 ? $", {session.Reused} positions as before" : "";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{result.Generation.Tokens.Count} tokens, {result.Generation.TokensPerSecond:0.#} a second{reused}]"));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            output.WriteLine("\n[stopped; this question and its answer are not part of the conversation]");
        }
        catch (Exception error) when (error is UsageException or ArgumentException or ChatTemplateException)
        {
            output.WriteLine(Failure.Of(error).Line);
        }
        finally
        {
            lock (_lock) _answering = null;
        }

        void Show(string piece)
        {
            // A first blank belongs to the template, not to what is said.
            if (!begun) piece = piece.TrimStart();
            begun |= piece.Length > 0;
            output.Write(piece);
            output.Flush();
        }
    }

    private void Save(string path)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(path, options);
            JsonSerializer.Serialize(file, new { model, messages = session.Messages.Select(m => new { role = m.Role, content = m.Content }) }, Indented);
            output.WriteLine($"saved {session.Messages.Count} messages to {path}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            output.WriteLine($"{path}: {error.Message}");
        }
    }
}
