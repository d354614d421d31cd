using System.Diagnostics;
using System.Text;
using Mimir.Models.Tokenizers;

namespace Mimir.Cli.Demo;

/// <summary>Generated text, shown as it comes and kept as a whole.</summary>
internal sealed class StreamedText
{
    private readonly TokenStreamDecoder _decoder;
    private readonly TextWriter _shown;
    private readonly StringBuilder _text = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<int> _tokens = [];
    private bool _begun;
    private readonly string _prompt;

    /// <summary>Shows <paramref name="prompt"/> with the first token, on <paramref name="shown"/>.</summary>
    public StreamedText(ITokenizer tokenizer, TextWriter shown, string prompt) =>
        (_decoder, _shown, _prompt) = (new TokenStreamDecoder(tokenizer), shown, prompt);

    /// <summary>All tokens so far.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>From construction to the first token.</summary>
    public TimeSpan FirstToken { get; private set; }

    /// <summary>From construction to the last token.</summary>
    public TimeSpan LastToken { get; private set; }

    /// <summary>One more token.</summary>
    public void Append(int token)
    {
        LastToken = _clock.Elapsed;
        if (_tokens.Count == 0) FirstToken = LastToken;
        _tokens.Add(token);
        Show(_decoder.Append(token));
    }

    /// <summary>The whole text; ends the line.</summary>
    public string Finish()
    {
        Show(_decoder.Flush());
        _shown.WriteLine();
        return _text.ToString();
    }

    private void Show(string piece)
    {
        if (!_begun) _shown.Write(_prompt);
        _begun = true;
        _text.Append(piece);
        _shown.Write(piece);
        _shown.Flush();
    }
}
