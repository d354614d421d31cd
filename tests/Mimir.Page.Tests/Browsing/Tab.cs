using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Mimir.Page.Tests.Browsing;

/// <summary>A tab that notes what must not happen: errors, warnings of the content policy, requests to anybody else.</summary>
internal sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _strangers = new();

    public Tab(IBrowserContext context, IPage page, Uri address)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => { if (message.Type is "error" or "warning") _complaints.Enqueue(message.Text); };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        context.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: not ("data" or "blob") } asked && asked.Authority != address.Authority) _strangers.Enqueue(request.Url);
        };
    }

    public IPage Page { get; }

    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>Goes there; the page's modules have run then.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await Page.WaitForFunctionAsync("document.querySelector('.bar nav a[aria-current]') !== null");
    }

    /// <summary>Asks something and waits for its end.</summary>
    public async Task AskAsync(string text)
    {
        await Page.GetByLabel("Your message").FillAsync(text);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
    }

    /// <summary>Writes what is to be looked at by people, when a folder for it is named.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("MIMIR_PICTURES") is not { Length: > 0 } folder) return;
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }

    /// <summary>Nothing happened that must not; expected complaints are named.</summary>
    public void RequireQuiet(params string[] expected)
    {
        Assert.Empty(_strangers);
        Assert.DoesNotContain(_complaints, c => !expected.Any(e => c.Contains(e, StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
