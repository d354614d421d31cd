using System.Text.Json;
using Microsoft.Playwright;
using Mimir.Page.Tests.Browsing;
using Mimir.Page.Tests.Recorded;

namespace Mimir.Page.Tests;

/// <summary>The chat, with an API that answers from a script.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class ChatTests(Chromium chromium)
{
    [Fact]
    public async Task An_answer_comes_piece_by_piece_and_the_next_question_brings_what_was_said()
    {
        await using var gateway = await RecordedGateway.StartAsync();
        gateway.Pieces = ["Once upon", RecordedGateway.Wait, " a time."];
        await using var tab = await chromium.OpenAsync(gateway.Address);
        await tab.GoAsync("/");
        await tab.AskAsync("Tell me a story");
        var answer = tab.Page.Locator(".message.assistant .text");
        await Assertions.Expect(answer).ToHaveTextAsync("Once upon");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" })).ToBeVisibleAsync();
        gateway.Continue();
        await Assertions.Expect(answer).ToHaveTextAsync("Once upon a time.");
        await tab.AskAsync("And then?");
        await Assertions.Expect(answer).ToHaveCountAsync(2);
        await Assertions.Expect(answer.Nth(1)).ToHaveTextAsync("Once upon a time.");
        string[] said = [.. gateway.Requests[1]["messages"]!.AsArray().Select(m => $"{m!["role"]}: {m["content"]}")];
        Assert.Equal(["user: Tell me a story", "assistant: Once upon a time.", "user: And then?"], said);
        Assert.Equal("stories260K", (string?)gateway.Requests[1]["model"]);
        tab.RequireQuiet();
    }

    [Fact]
    public async Task Stop_ends_the_session_and_keeps_what_had_come()
    {
        await using var gateway = await RecordedGateway.StartAsync();
        gateway.Pieces = ["Once upon", RecordedGateway.Wait, " never"];
        await using var tab = await chromium.OpenAsync(gateway.Address);
        await tab.GoAsync("/");
        await tab.AskAsync("Tell me a story");
        await tab.Page.GetByText("Once upon").WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await gateway.Cancelled.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await tab.Page.GetByText("Stopped.", new() { Exact = true }).First.WaitForAsync();
        await Assertions.Expect(tab.Page.Locator(".message.assistant .text")).ToHaveTextAsync("Once upon");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send" })).ToBeVisibleAsync();
        tab.RequireQuiet();
    }

    [Fact]
    public async Task The_keyboard_is_enough()
    {
        await using var gateway = await RecordedGateway.StartAsync();
        gateway.Pieces = ["Once", RecordedGateway.Wait, " upon"];
        await using var tab = await chromium.OpenAsync(gateway.Address);
        var keys = tab.Page.Keyboard;
        await tab.GoAsync("/");
        await Assertions.Expect(tab.Page.GetByLabel("Your message")).ToBeFocusedAsync();
        await keys.TypeAsync("two");
        await keys.PressAsync("Shift+Enter");
        await keys.TypeAsync("lines");
        await keys.PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator(".message.user .text")).ToHaveTextAsync("two\nlines");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" })).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await tab.Page.GetByText("Stopped.", new() { Exact = true }).First.WaitForAsync();
        await Assertions.Expect(tab.Page.GetByLabel("Your message")).ToBeFocusedAsync();

        tab.RequireQuiet();
    }

    /// <summary>From the very top: the way past the header, then its links and buttons in the order in which they are seen, each with a visible ring.</summary>
    [Fact]
    public async Task The_focus_goes_where_the_eye_goes()
    {
        await using var gateway = await RecordedGateway.StartAsync();
        await using var tab = await chromium.OpenAsync(gateway.Address);
        var keys = tab.Page.Keyboard;
        await tab.GoAsync("/#/joint");
        await tab.Page.WaitForFunctionAsync("!document.getElementById('model').disabled");
        foreach (var expected in (string[])["Skip to content", "Mimir", "Chat", "Who sees what", "Joint session", "model", "scheme"])
        {
            await keys.PressAsync("Tab");
            var (name, ring) = await FocusedAsync(tab.Page);
            Assert.Equal(expected, name);
            Assert.Equal("solid", ring);
        }
        await keys.PressAsync("Enter");
        Assert.Equal("light", await tab.Page.EvaluateAsync<string>("document.documentElement.dataset.scheme"));
        await keys.PressAsync("Enter");
        Assert.Equal("dark", await tab.Page.EvaluateAsync<string>("document.documentElement.dataset.scheme"));
        tab.RequireQuiet();
    }

    /// <summary>Neither what a person writes nor what a model says can become markup.</summary>
    [Fact]
    public async Task Markup_stays_text()
    {
        const string Hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script><a href=\"javascript:document.title='owned'\">x</a>";
        await using var gateway = await RecordedGateway.StartAsync();
        gateway.Pieces = ["<img src=x on", "error=\"document.title='owned'\">", Hostile, RecordedGateway.Wait];
        await using var tab = await chromium.OpenAsync(gateway.Address);
        await tab.GoAsync("/");
        await tab.AskAsync(Hostile);
        await Assertions.Expect(tab.Page.Locator(".message.assistant .text")).ToContainTextAsync("<script>");
        Assert.Equal(Hostile, await tab.Page.Locator(".message.user .text").TextContentAsync());
        await tab.Page.GotoAsync("/#/watch");
        await Assertions.Expect(tab.Page.GetByLabel("Prompt", new() { Exact = true })).ToHaveTextAsync(Hostile);
        Assert.Equal(0, await tab.Page.Locator("main img, main script, a[href^=javascript]").CountAsync());
        Assert.DoesNotContain("owned", await tab.Page.TitleAsync());
        gateway.Continue();
        tab.RequireQuiet();
    }

    [Fact]
    public async Task Inline_code_does_not_run()
    {
        await using var gateway = await RecordedGateway.StartAsync();
        await using var tab = await chromium.OpenAsync(gateway.Address);
        await tab.GoAsync("/");
        await tab.Page.EvaluateAsync("document.body.append(Object.assign(document.createElement('script'), { textContent: 'document.title = \"owned\"' }))");
        await tab.Page.EvaluateAsync("document.body.setAttribute('onclick', 'document.title = \"owned\"'), document.body.click()");
        Assert.DoesNotContain("owned", await tab.Page.TitleAsync());
        Assert.Contains(tab.Complaints, c => c.Contains("Content Security Policy", StringComparison.Ordinal));
        var refused = await tab.Page.EvaluateAsync<bool>("fetch('http://127.0.0.1:1/').then(() => false, () => true)");
        Assert.True(refused);
        tab.RequireQuiet("Content Security Policy", "inline", "127.0.0.1:1");
    }

    [Fact]
    public async Task Nothing_is_kept_but_the_scheme_and_nothing_is_said_for_every_word()
    {
        await using var gateway = await RecordedGateway.StartAsync();
        gateway.Pieces = [.. Enumerable.Range(0, 60).Select(i => $" word{i}")];
        await using var tab = await chromium.OpenAsync(gateway.Address);
        await tab.GoAsync("/");
        await tab.Page.EvaluateAsync(
            "window.said = [], new MutationObserver(() => said.push(document.getElementById('announcer').textContent)).observe(document.getElementById('announcer'), { childList: true, subtree: true, characterData: true })");
        await tab.AskAsync("the secret question");
        await Assertions.Expect(tab.Page.Locator("#announcer")).ToHaveTextAsync("Answer complete: 60 words.");
        string[] said = [.. (await tab.Page.EvaluateAsync<string[]>("said")).Where(s => s.Length > 0)];
        Assert.Equal(["Answer complete: 60 words."], said);
        Assert.Equal("off", await tab.Page.Locator("#messages").GetAttributeAsync("aria-live"));

        var saving = tab.Page.WaitForDownloadAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Export" }).ClickAsync();
        using var saved = JsonDocument.Parse(await File.ReadAllTextAsync((await (await saving).PathAsync())!, TestContext.Current.CancellationToken));
        Assert.Equal("the secret question", saved.RootElement.GetProperty("messages")[0].GetProperty("content").GetString());

        var kept = await tab.Page.EvaluateAsync<string>("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])");
        Assert.Equal("[{},{},\"\"]", kept);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".message")).ToHaveCountAsync(0);
        tab.RequireQuiet();
    }

    [Fact]
    public async Task A_key_is_asked_for_and_forgotten_with_the_tab()
    {
        await using var gateway = await RecordedGateway.StartAsync();
        gateway.Key = "sk-good";
        await using var tab = await chromium.OpenAsync(gateway.Address);
        await tab.GoAsync("/");
        var dialog = tab.Page.GetByRole(AriaRole.Dialog, new() { Name = "API key" });
        await dialog.WaitForAsync();
        await dialog.GetByLabel("Key", new() { Exact = true }).FillAsync("sk-good");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Use it" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("#cluster")).ToContainTextAsync("2 parties connected");
        await tab.AskAsync("hello");
        await Assertions.Expect(tab.Page.Locator(".message.assistant .text")).ToHaveTextAsync("Once upon a time.");
        Assert.Equal("[{},{\"mimir-key\":\"sk-good\"}]", await tab.Page.EvaluateAsync<string>("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"));
        tab.RequireQuiet("401");
    }

    [Fact]
    public async Task What_goes_wrong_is_said_in_words()
    {
        await using var gateway = await RecordedGateway.StartAsync();
        gateway.PartyGone = true;
        gateway.BreaksWith = "party 'p1' was lost: its connection to the coordinator ended.";
        await using var tab = await chromium.OpenAsync(gateway.Address);
        await tab.GoAsync("/");
        await Assertions.Expect(tab.Page.Locator("#cluster .lost")).ToHaveTextAsync("1 of 2 parties connected");
        await tab.AskAsync("hello");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync(gateway.BreaksWith);
        tab.RequireQuiet();
    }
    private static async Task<(string Name, string Ring)> FocusedAsync(IPage page)
    {
        var found = await page.EvaluateAsync<string[]>(
            "(() => { const e = document.activeElement; return [e.id || e.textContent.trim(), getComputedStyle(e).outlineStyle]; })()");
        return (found[0], found[1]);
    }
}
