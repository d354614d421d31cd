using System.Diagnostics;
using System.Text;
using Mimir.Client.Text;
using Mimir.Models.Tokenizers;

namespace Mimir.Cli.Generation;

/// <summary>Generated text, shown as it comes and kept as a whole.</summary>
internal sealed class StreamedText
{
    private readonly TokenStreamDecoder _decoder;
    private readonly StopStrings _ends;
    private readonly TextWriter _shown;
    private readonly StringBuilder _text = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<int> _tokens = [];
    private bool _begun;
    private readonly string _prompt;
    private readonly TextWriter? _progress;
    private bool _counting;

    /// <summary>Shows <paramref name="prompt"/> with the first token, on <paramref name="shown"/>; the text ends before any of <paramref name="stop"/>.</summary>
    public StreamedText(ITokenizer tokenizer, TextWriter shown, string prompt, IReadOnlyList<string> stop) =>
        (_ends, _decoder, _shown, _prompt, _progress) = (new StopStrings(stop), new TokenStreamDecoder(tokenizer), shown, prompt, Console.IsErrorRedirected ? null : Console.Error);

    /// <summary>All tokens so far.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>A stop string has come.</summary>
    public bool Stopped => _ends.Found;

    /// <summary>From construction to the first token.</summary>
    public TimeSpan FirstToken { get; private set; }

    /// <summary>From construction to the last token.</summary>
    public TimeSpan LastToken { get; private set; }

    /// <summary>One more token.</summary>
    public void Append(int token)
    {
        if (Stopped) return;
        LastToken = _clock.Elapsed;
        if (_tokens.Count == 0) FirstToken = LastToken;
        _tokens.Add(token);
        Show(_ends.Append(_decoder.Append(token)));
    }

    /// <summary>The whole text; ends the line.</summary>
    public string Finish()
    {
        Show(_ends.Append(_decoder.Flush()) + _ends.Flush());
        _shown.WriteLine();
        return _text.ToString();
    }

    /// <summary>Until the first token, a terminal shows how far the prompt is.</summary>
    public void Count(int done, int total)
    {
        if (_begun || _progress is null) return;
        _counting = true;
        _progress.Write($"\rposition {done} of {total}");
    }

    private void Show(string piece)
    {
        if (_counting) _progress!.Write("\r\u001b[K");
        _counting = false;
        if (!_begun) _shown.Write(_prompt);
        _begun = true;
        _text.Append(piece);
        _shown.Write(piece);
        _shown.Flush();
    }
}
