namespace Mimir.Models.Templates.Syntax;

/// <summary>What a piece of a template is.</summary>
internal enum TokenKind
{
    /// <summary>Text outside of tags.</summary>
    Data,

    /// <summary>{%</summary>
    BlockBegin,

    /// <summary>%}</summary>
    BlockEnd,

    /// <summary>{{</summary>
    PrintBegin,

    /// <summary>}}</summary>
    PrintEnd,

    /// <summary>A name or word.</summary>
    Name,

    /// <summary>A quoted text, its escapes resolved.</summary>
    String,

    /// <summary>Digits.</summary>
    Integer,

    /// <summary>A number with a point or an exponent.</summary>
    Float,

    /// <summary>An operator or bracket.</summary>
    Operator,

    /// <summary>Nothing more.</summary>
    End,
}

/// <summary>A piece of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text.</param>
/// <param name="Line">Where it begins, from 1.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    /// <summary>Is this operator.</summary>
    public bool IsOperator(string text) => Kind == TokenKind.Operator && Text == text;

    /// <summary>Is this word.</summary>
    public bool IsName(string text) => Kind == TokenKind.Name && Text == text;

    /// <summary>For errors.</summary>
    public string Shown => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.Data => "text",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.PrintBegin => "'{{'",
        TokenKind.PrintEnd => "'}}'",
        _ => $"'{Printable.OneLine(Text, 40)}'",
    };
}
